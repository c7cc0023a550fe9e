// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.planetscale;

import com.workersql.server.http.query.JsonOutput;
import io.netty.buffer.ByteBuf;

/**
 * What a client holds of its session and sends along with every statement; opaque to it. Most statements leave nothing behind, so
 * that most sessions are nothing but the word that there is none here.
 *
 * @param token names the session at this gateway; null when there is none
 * @param inTransaction whether a transaction is open in it
 * @param schema its current schema, or null
 */
record VitessSession(String token, boolean inTransaction, String schema) {
    /** Writes the value of a member {@code session}. */
    void write(ByteBuf out) {
        JsonOutput.raw(out, "{\"signature\":");
        JsonOutput.string(out, token == null ? "" : token);
        JsonOutput.raw(out, ",\"vitessSession\":{\"autocommit\":true");
        if (inTransaction) {
            JsonOutput.raw(out, ",\"inTransaction\":true");
        }
        if (schema != null) {
            JsonOutput.raw(out, ",\"targetString\":");
            JsonOutput.string(out, schema);
        }
        JsonOutput.raw(out, "}}");
    }
}
