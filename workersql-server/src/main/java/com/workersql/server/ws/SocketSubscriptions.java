// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.changes.Loss;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.ErrorDocument;
import com.workersql.server.http.query.JsonOutput;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.RequestDocument;
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
    private final Map<String, TableSubscription> byId = new HashMap<>();

    SocketSubscriptions(
            WebSocketConnection socket, WebSocketConnection.Parts parts, Principal principal, String clientHost) {
        this.socket = socket;
        this.parts = parts;
        this.principal = principal;
        this.clientHost = clientHost;
    }

    void subscribe(RequestDocument document, EventLoop loop, String requestId) throws Refusal {
        if (document.fault() != null) {
            throw new Refusal(document.fault());
        }
        var refusal = parts.changes().feed().refusal();
        if (refusal != null) {
            throw new Refusal(refusal);
        }
        var id = document.id();
        if (byId.containsKey(id)) {
            throw Refusal.malformed("a subscription with this \"id\" is open on this socket");
        }
        if (byId.size() >= parts.settings().maxSubscriptions()) {
            throw new Refusal(GatewayError.refused(
                    1226,
                    "42000",
                    "This socket has " + byId.size() + " subscriptions, which is all it may have (maxSubscriptions)"));
        }
        var name = document.table() == null ? "" : document.table();
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
                new TableSubscription(parts, new Messages(id, requestId), principal, schema, table, document.from());
        byId.put(id, subscription);
        subscription.start(loop, clientHost, requestId);
    }

    private static boolean isNoName(String name) {
        return name.isEmpty() || name.length() > MAX_NAME_CHARS || name.indexOf('\0') >= 0;
    }

    void unsubscribe(RequestDocument document) throws Refusal {
        var subscription = byId.remove(document.id());
        if (subscription == null) {
            throw Refusal.malformed("this socket has no subscription with this \"id\"");
        }
        subscription.close();
        var data = ByteBufAllocator.DEFAULT.buffer(64);
        JsonOutput.raw(data, "{\"success\":true}}");
        new Messages(document.id(), "").send("response", data);
    }

    void writable() {
        new ArrayList<>(byId.values()).forEach(TableSubscription::writable);
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

        /** @param rest ends the message; the socket's from here on */
        private void send(String type, ByteBuf rest) {
            var head = head(type, ",\"data\":");
            socket.send(ByteBufAllocator.DEFAULT.compositeBuffer(2).addComponents(true, head, rest));
        }

        private ByteBuf head(String type, String member) {
            var head = ByteBufAllocator.DEFAULT.buffer(64 + id.length());
            JsonOutput.raw(head, "{\"type\":\"" + type + "\",\"id\":");
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
            send("response", position("{\"success\":true,\"position\":\"", position));
        }

        private ByteBuf position(String before, String position) {
            var data = ByteBufAllocator.DEFAULT.buffer(64 + position.length());
            JsonOutput.raw(data, before + position + "\"}}");
            return data;
        }

        @Override
        public void changed(long sequence, ByteBuf change) {
            var head = head("event", ",\"seq\":" + sequence + ",\"data\":");
            socket.send(ByteBufAllocator.DEFAULT.compositeBuffer(2).addComponents(true, head, change.writeByte('}')));
        }

        @Override
        public void advanced(String position) {
            send("position", position("{\"position\":\"", position));
        }

        @Override
        public void lost(Loss loss, String position) {
            byId.remove(id);
            var data = ByteBufAllocator.DEFAULT.buffer(256);
            JsonOutput.raw(data, "{\"reason\":\"" + loss.kind().name().toLowerCase(Locale.ROOT) + "\",\"message\":");
            JsonOutput.string(data, loss.text());
            JsonOutput.raw(data, position == null ? "}}" : ",\"position\":\"" + position + "\"}}");
            send("lost", data);
        }

        @Override
        public void failed(GatewayError error) {
            byId.remove(id);
            var message = head("error", ",\"error\":");
            ErrorDocument.of(error, requestId).writeError(message);
            socket.send(message.writeByte('}'));
        }
    }
}
