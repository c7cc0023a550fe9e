// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.inspect;

import com.workersql.router.Explanation;
import com.workersql.router.merge.Merge;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.Route;
import com.workersql.server.http.query.JsonOutput;
import com.workersql.server.http.query.Placeholders;
import com.workersql.server.http.query.RequestDocument;
import com.workersql.server.http.session.StatementDesk;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/** {@code POST /v1/route}: where a statement would go, and why; nothing is run. */
public final class RouteRoute implements Route {
    private final StatementDesk desk;

    /**
     * The route.
     *
     * @param desk knows who asks, and the router
     */
    public RouteRoute(StatementDesk desk) {
        this.desk = desk;
    }

    @Override
    public void handle(Exchange exchange) {
        desk.serve(exchange, principal -> {
            var document = StatementDesk.body(exchange, desk.parser()::parse, RequestDocument::unknownMembers);
            var sessions = desk.sessions();
            var session = sessions.open(principal, exchange.channel().eventLoop(), exchange.clientHost());
            try {
                var bound = Placeholders.bind(document.query(), session.sqlModes());
                sessions.explain(
                        session,
                        bound.sql(),
                        bound.values(),
                        explanation -> {
                            sessions.close(session);
                            var body = exchange.channel().alloc().buffer(512);
                            write(body, explanation, exchange.requestId());
                            exchange.respond(HttpResponseStatus.OK, "application/json", body);
                        },
                        error -> {
                            sessions.close(session);
                            exchange.refuse(error);
                        });
            } catch (RuntimeException e) {
                sessions.close(session);
                throw e;
            }
        });
    }

    private static void write(ByteBuf out, Explanation explanation, String requestId) {
        JsonOutput.raw(out, "{\"route\":{\"kind\":");
        JsonOutput.string(out, explanation.kind());
        JsonOutput.raw(out, ",\"reason\":");
        JsonOutput.string(out, explanation.reason());
        JsonOutput.raw(out, ",\"tables\":");
        texts(out, explanation.tables());
        JsonOutput.raw(out, ",\"shards\":");
        texts(out, explanation.shards());
        JsonOutput.raw(out, ",\"keys\":[");
        for (int i = 0; i < explanation.keys().size(); i++) {
            var key = explanation.keys().get(i);
            JsonOutput.raw(out, i == 0 ? "{\"key\":" : ",{\"key\":");
            JsonOutput.string(out, String.valueOf(key.key()));
            if (key.slot() >= 0) {
                JsonOutput.raw(out, ",\"slot\":" + key.slot());
            }
            JsonOutput.raw(out, ",\"shard\":");
            JsonOutput.string(out, key.shard());
            out.writeByte('}');
        }
        out.writeByte(']');
        if (explanation.combination() != null) {
            JsonOutput.raw(out, ",\"merge\":");
            JsonOutput.string(
                    out,
                    explanation.combination() instanceof Merge merge
                            ? merge.inWords()
                            : explanation.combination().toString());
        }
        JsonOutput.raw(out, ",\"hints\":");
        JsonOutput.string(out, explanation.hints().toString());
        JsonOutput.raw(out, ",\"policyVersion\":");
        JsonOutput.string(out, explanation.policyVersion());
        JsonOutput.raw(out, ",\"slotGeneration\":" + explanation.slotGeneration());
        JsonOutput.raw(out, ",\"cacheHit\":" + explanation.cacheHit() + "},\"meta\":{\"requestId\":");
        JsonOutput.string(out, requestId);
        JsonOutput.raw(out, "},\"success\":true}");
    }

    private static void texts(ByteBuf out, List<String> texts) {
        out.writeByte('[');
        for (int i = 0; i < texts.size(); i++) {
            if (i > 0) {
                out.writeByte(',');
            }
            JsonOutput.string(out, texts.get(i));
        }
        out.writeByte(']');
    }
}
