// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonToken;
import com.workersql.server.changes.ChangeEvent;
import com.workersql.server.changes.ChangeListener;
import com.workersql.server.changes.Interest;
import com.workersql.server.changes.Interests;
import com.workersql.server.changes.Loss;
import com.workersql.server.changes.ResumePoint;
import com.workersql.server.changes.Subscription;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.AnswerDocument;
import com.workersql.server.http.query.JsonOutput;
import com.workersql.server.http.query.QueryOutput;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.QueryRun;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * One subscription of a client: first a SELECT of no rows, by which the shard itself says that there is such a table, that the client
 * may read it and what its columns are; then its changes. Confined to the socket's event loop.
 */
final class TableSubscription implements QueryOutput, ChangeListener {
    private static final int CREDIT = 64;
    private static final int NO_SUCH_ACCESS = 1142;

    private final WebSocketConnection.Parts parts;
    private final ClientChanges client;
    private final Principal principal;
    private final String schema;
    private final String table;
    private final String from;
    private final ByteBuf answer = Unpooled.buffer();
    private ClientSession session;
    private QueryRun run;
    private EventLoop loop;
    private ChangeJson json;
    private Subscription subscription;
    private final EventPositions positions;
    private int owedCredit;
    private long sequence;
    private boolean over;

    /** What the client hears; how, is the door's affair. */
    interface ClientChanges {
        boolean isWritable();

        /** The subscription has begun; from this position to go on after a break. */
        void started(String position);

        /**
         * A change, as an object that holds it and its position; the client's from here on.
         */
        void changed(long sequence, ByteBuf change);

        void advanced(String position);

        /** The last word; the position is null when there is none to go on from. */
        void lost(Loss loss, String position);

        /** The last word. */
        void failed(GatewayError error);
    }

    /**
     * @param schema null for the client's own
     * @param from a position to go on from, or null
     * @param sequence the number of the event behind which it goes on; 0 where the client has not counted before
     */
    TableSubscription(
            WebSocketConnection.Parts parts,
            ClientChanges client,
            Principal principal,
            String schema,
            String table,
            String from,
            long sequence) {
        this.parts = parts;
        this.client = client;
        this.principal = principal;
        this.schema = schema;
        this.table = table;
        this.from = from;
        this.sequence = sequence;
        this.positions = new EventPositions(parts.settings().resumeEvents());
    }

    /** The table as the client may name it. */
    String tableName() {
        return schema == null ? table : schema + "." + table;
    }

    /** Behind which events the client may go on. */
    EventPositions positions() {
        return positions;
    }

    void start(EventLoop channelLoop, String clientHost, String requestId) {
        loop = channelLoop;
        session = parts.sessions().open(principal, loop, clientHost);
        var sql = "SELECT * FROM " + (schema == null ? "" : quoted(schema) + ".") + quoted(table) + " WHERE FALSE";
        run = new QueryRun(
                parts.sessions(),
                session,
                new QueryRequest(sql, QueryRequest.Positional.NONE, 0, false, null),
                AnswerDocument.Format.json(false),
                this,
                parts.limits(),
                requestId);
        parts.sessions().onKill(session, whole -> run.killed());
        run.start();
    }

    private static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    /** The client reads again. */
    void writable() {
        if (owedCredit > 0 && subscription != null && client.isWritable()) {
            int credit = owedCredit;
            owedCredit = 0;
            subscription.request(credit);
        }
    }

    /** Ends it without a word. */
    void close() {
        if (over) {
            return;
        }
        over = true;
        if (subscription != null) {
            subscription.close();
        } else if (session != null) {
            run.abandon();
        }
    }

    private void closeSession() {
        if (session != null) {
            parts.sessions().close(session);
            session = null;
        }
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void write(ByteBuf part) {
        answer.writeBytes(part);
        part.release();
    }

    @Override
    public void complete(ByteBuf part) {
        write(part);
        closeSession();
        if (!over) {
            json = new ChangeJson(types());
            var interest = interest();
            if (interest == null) {
                failed(GatewayError.refused(
                        NO_SUCH_ACCESS,
                        "42000",
                        "SUBSCRIBE command denied to user '" + principal.user() + "' for table '" + table + "'"));
            } else {
                subscription = parts.changes().feed().subscribe(interest, from, this, loop);
            }
        }
    }

    private Interest interest() {
        var policy = parts.changes().policy().get();
        var found = principal.tenant() == null ? schema : principal.database();
        return Interests.of(policy, principal.tenant(), found, table);
    }

    private Map<String, String> types() {
        var types = new HashMap<String, String>();
        try (var parser = new JsonFactory().createParser((InputStream) new ByteBufInputStream(answer))) {
            String name = null;
            while (parser.nextToken() != null && !"data".equals(parser.currentName())) {
                if (parser.currentToken() == JsonToken.VALUE_STRING && "name".equals(parser.currentName())) {
                    name = parser.getText();
                } else if (parser.currentToken() == JsonToken.VALUE_STRING && "type".equals(parser.currentName())) {
                    types.put(name, parser.getText());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return types;
    }

    @Override
    public void fail(GatewayError error, ByteBuf tail) {
        tail.release();
        closeSession();
        failed(error);
    }

    @Override
    public void abandoned() {
        closeSession();
    }

    @Override
    public void started(ResumePoint point) {
        var position = point.token();
        positions.begin(sequence, position);
        client.started(position);
        subscription.request(CREDIT);
    }

    @Override
    public void changed(ChangeEvent event, ResumePoint point) {
        var change = Unpooled.buffer(256);
        json.write(change, event);
        var position = point.token();
        JsonOutput.raw(change, ",\"position\":\"" + position + "\"}");
        positions.event(++sequence, position);
        client.changed(sequence, change);
        owedCredit++;
        writable();
    }

    @Override
    public void advanced(ResumePoint point) {
        var position = point.token();
        positions.advance(position);
        client.advanced(position);
    }

    @Override
    public void lost(Loss loss, ResumePoint point) {
        over = true;
        client.lost(loss, point == null ? null : point.token());
    }

    @Override
    public void failed(GatewayError error) {
        if (!over) {
            over = true;
            client.failed(error);
        }
    }
}
