// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.ErrorDocument;
import com.workersql.server.http.query.JsonOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/** One message to a client of {@code workersql.v1} while it is written. Whoever takes {@link #end} owns the bytes. */
final class ServerMessage {
    private final ByteBuf out;

    private ServerMessage(ByteBuf out) {
        this.out = out;
    }

    static ServerMessage of(String type) {
        var out = ByteBufAllocator.DEFAULT.buffer(256);
        JsonOutput.raw(out, "{\"type\":\"" + type + "\"");
        return new ServerMessage(out);
    }

    /** The error of a request. */
    static ByteBuf error(String id, GatewayError error, String requestId) {
        return of("error").json("id", id).error(error, requestId).end();
    }

    /** Begins a member, whose value is to be written to {@link #out}. */
    ServerMessage name(String name) {
        JsonOutput.raw(out, ",\"" + name + "\":");
        return this;
    }

    /** A member of JSON text; none when it is null. */
    ServerMessage json(String name, String json) {
        if (json != null) {
            name(name);
            JsonOutput.json(out, json);
        }
        return this;
    }

    ServerMessage number(String name, long value) {
        name(name);
        JsonOutput.integer(out, value);
        return this;
    }

    ServerMessage text(String name, String value) {
        name(name);
        JsonOutput.string(out, value);
        return this;
    }

    ServerMessage texts(String name, List<String> values) {
        name(name);
        out.writeByte('[');
        for (int i = 0; i < values.size(); i++) {
            if (i > 0) {
                out.writeByte(',');
            }
            JsonOutput.string(out, values.get(i));
        }
        out.writeByte(']');
        return this;
    }

    ServerMessage error(GatewayError error, String requestId) {
        name("error");
        ErrorDocument.of(error, requestId).writeError(out);
        return this;
    }

    /** For what another writer adds, each member with its comma before it. */
    ByteBuf out() {
        return out;
    }

    ByteBuf end() {
        return out.writeByte('}');
    }
}
