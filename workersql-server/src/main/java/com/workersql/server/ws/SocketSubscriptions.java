// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.changes.Loss;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.ErrorDocument;
import com.workersql.server.http.query.JsonOutput;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.session.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The subscriptions of one socket, each under the id of the message that asked for it. Confined to the socket's event loop. */
final class SocketSubscriptions {
    private static final int MAX_NAME_CHARS = 64;

    private final WebSocketConnection socket;
    private final WebSocketConnection.Parts parts;
    private final Principal principal;
    private final String clientHost;
    private final Form form;
    private final Map<String, TableSubscription> byId = new HashMap<>();

    /** How the messages call things. */
    enum Form {
        /** Of clients that asked for no subprotocol. */
        PLAIN("response", "response", "id"),
        /** Of {@code workersql.v1}. */
        STREAMS("subscribed", "unsubscribed", "sub");

        private final String started;
        private final String ended;
        private final String nameMember;

        Form(String started, String ended, String nameMember) {
            this.started = started;
            this.ended = ended;
            this.nameMember = nameMember;
        }
    }

    SocketSubscriptions(
            WebSocketConnection socket,
            WebSocketConnection.Parts parts,
            Principal principal,
            String clientHost,
            Form form) {
        this.socket = socket;
        this.parts = parts;
        this.principal = principal;
        this.clientHost = clientHost;
        this.form = form;
    }

    /** Whether a subscription of this name is open, or opening. */
    boolean has(String id) {
        return byId.containsKey(id);
    }

    /**
     * Opens one.
     *
     * @param id its name, as JSON text
     * @param named the table, with its schema or without; null when the client names none
     * @param from a position to go on from, or null
     */
    void subscribe(String id, String named, String from, EventLoop loop, String requestId) throws Refusal {
        subscribe(id, named, from, 0, loop, requestId);
    }

    /**
     * Goes on with one of an earlier socket.
     *
     * @param sequence the last event that the client has got
     */
    void resume(String id, ResumableSockets.Parked parked, long sequence, EventLoop loop, String requestId)
            throws Refusal {
        var position = parked == null ? null : parked.positions().behind(sequence);
        if (position == null) {
            throw new Refusal(Refusal.error(
                    ErrorClass.NOT_FOUND,
                    "Behind event " + sequence + " this subscription cannot go on here, or no longer; subscribe again"
                            + " \"from\" a position"));
        }
        subscribe(id, parked.table(), position, sequence, loop, requestId);
    }

    private void subscribe(String id, String named, String from, long sequence, EventLoop loop, String requestId)
            throws Refusal {
        var refusal = parts.changes().feed().refusal();
        if (refusal != null) {
            throw new Refusal(refusal);
        }
        if (has(id)) {
            throw Refusal.malformed("a subscription with this \"id\" is open on this socket");
        }
        if (byId.size() >= parts.settings().maxSubscriptions()) {
            throw new Refusal(GatewayError.refused(
                    1226,
                    "42000",
                    "This socket has " + byId.size() + " subscriptions, which is all it may have (maxSubscriptions)"));
        }
        var name = named == null ? "" : named;
        int dot = name.indexOf('.');
        var schema = dot < 0 ? null : name.substring(0, dot);
        var table = name.substring(dot + 1);
        if (isNoName(table) || (schema != null && isNoName(schema))) {
            throw Refusal.malformed("\"table\" must be the name of a table, with its schema or without");
        }
        if (schema == null && principal.tenant() == null) {
            throw Refusal.malformed("\"table\" must be schema.table for a user without a tenant");
        }
        var subscription =
                new TableSubscription(parts, new Messages(id, requestId), principal, schema, table, from, sequence);
        byId.put(id, subscription);
        subscription.start(loop, clientHost, requestId);
    }

    private static boolean isNoName(String name) {
        return name.isEmpty() || name.length() > MAX_NAME_CHARS || name.indexOf('\0') >= 0;
    }

    /**
     * Ends one.
     *
     * @param id what the answer is for, as JSON text
     * @param name of the subscription
     */
    void unsubscribe(String id, String name) throws Refusal {
        var subscription = byId.remove(name);
        if (subscription == null) {
            throw Refusal.malformed("this socket has no subscription with this " + form.nameMember);
        }
        subscription.close();
        var data = ByteBufAllocator.DEFAULT.buffer(64);
        JsonOutput.raw(data, "{\"success\":true}}");
        new Messages(id, "").send(form.ended, "id", data);
    }

    void writable() {
        new ArrayList<>(byId.values()).forEach(TableSubscription::writable);
    }

    /** What the client may go on with on another socket. */
    Map<String, ResumableSockets.Parked> parked() {
        var parked = new HashMap<String, ResumableSockets.Parked>();
        byId.forEach((id, subscription) ->
                parked.put(id, new ResumableSockets.Parked(subscription.tableName(), subscription.positions())));
        return parked;
    }

    void closeAll() {
        byId.values().forEach(TableSubscription::close);
        byId.clear();
    }

    /** The messages of one subscription. */
    private final class Messages implements TableSubscription.ClientChanges {
        private final String id;
        private final String requestId;

        Messages(String id, String requestId) {
            this.id = id;
            this.requestId = requestId;
        }

        /**
         * @param nameMember the member that holds the subscription's name
         * @param rest ends the message; the socket's from here on
         */
        private void send(String type, String nameMember, ByteBuf rest) {
            var head = head(type, nameMember, ",\"data\":");
            socket.send(ByteBufAllocator.DEFAULT.compositeBuffer(2).addComponents(true, head, rest));
        }

        private ByteBuf head(String type, String nameMember, String member) {
            var head = ByteBufAllocator.DEFAULT.buffer(64 + id.length());
            JsonOutput.raw(head, "{\"type\":\"" + type + "\",\"" + nameMember + "\":");
            JsonOutput.json(head, id);
            JsonOutput.raw(head, member);
            return head;
        }

        @Override
        public boolean isWritable() {
            return socket.isWritable();
        }

        @Override
        public void started(String position) {
            send(form.started, "id", position("{\"success\":true,\"position\":\"", position));
        }

        private ByteBuf position(String before, String position) {
            var data = ByteBufAllocator.DEFAULT.buffer(64 + position.length());
            JsonOutput.raw(data, before + position + "\"}}");
            return data;
        }

        @Override
        public void changed(long sequence, ByteBuf change) {
            var head = head("event", form.nameMember, ",\"seq\":" + sequence + ",\"data\":");
            socket.send(ByteBufAllocator.DEFAULT.compositeBuffer(2).addComponents(true, head, change.writeByte('}')));
        }

        @Override
        public void advanced(String position) {
            send("position", form.nameMember, position("{\"position\":\"", position));
        }

        @Override
        public void lost(Loss loss, String position) {
            byId.remove(id);
            var data = ByteBufAllocator.DEFAULT.buffer(256);
            JsonOutput.raw(data, "{\"reason\":\"" + loss.kind().name().toLowerCase(Locale.ROOT) + "\",\"message\":");
            JsonOutput.string(data, loss.text());
            JsonOutput.raw(data, position == null ? "}}" : ",\"position\":\"" + position + "\"}}");
            send("lost", form.nameMember, data);
        }

        @Override
        public void failed(GatewayError error) {
            byId.remove(id);
            var message = head("error", "id", ",\"error\":");
            ErrorDocument.of(error, requestId).writeError(message);
            socket.send(message.writeByte('}'));
        }
    }
}
