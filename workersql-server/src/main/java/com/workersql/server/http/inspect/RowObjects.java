// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.inspect;

import com.workersql.server.http.Exchange;
import com.workersql.server.http.query.JsonOutput;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;

/** Writes rows of texts as objects; a value that is null is left out. */
final class RowObjects {
    private RowObjects() {}

    /**
     * Answers by an object with a list in it.
     *
     * @param name the list's name
     * @param members the name of each value of a row; null for one that is not shown
     */
    static void answer(Exchange exchange, String name, List<String> members, List<String[]> rows) {
        var out = exchange.channel().alloc().buffer(512);
        JsonOutput.raw(out, "{\"" + name + "\":[");
        for (int i = 0; i < rows.size(); i++) {
            if (i > 0) {
                out.writeByte(',');
            }
            object(out, members, rows.get(i));
        }
        JsonOutput.raw(out, "],\"meta\":{\"requestId\":");
        JsonOutput.string(out, exchange.requestId());
        JsonOutput.raw(out, "},\"success\":true}");
        exchange.respond(HttpResponseStatus.OK, "application/json", out);
    }

    private static void object(ByteBuf out, List<String> members, String[] row) {
        out.writeByte('{');
        boolean first = true;
        for (int i = 0; i < members.size() && i < row.length; i++) {
            if (!members.get(i).isEmpty() && row[i] != null) {
                JsonOutput.raw(out, (first ? "\"" : ",\"") + members.get(i) + "\":");
                JsonOutput.string(out, row[i]);
                first = false;
            }
        }
        out.writeByte('}');
    }
}
