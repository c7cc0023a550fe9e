// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Ticker;

/** The members of a JSON answer that say how its statement ran, each list of them without a comma around it. */
public final class AnswerFigures {
    private final String requestId;
    private final Ticker clock;
    private final long startNanos;
    private boolean cached;
    private boolean stale;

    /**
     * Figures of a statement that begins now.
     *
     * @param requestId part of them
     * @param clock measures how long the statement takes
     */
    public AnswerFigures(String requestId, Ticker clock) {
        this.requestId = requestId;
        this.clock = clock;
        this.startNanos = clock.nanoTime();
    }

    /**
     * Writes the generated key, under both of its names.
     *
     * @param out where to
     * @param lastInsertId the key, unsigned
     */
    public static void insertId(ByteBuf out, long lastInsertId) {
        JsonOutput.raw(out, "\"lastInsertId\":");
        JsonOutput.unsigned(out, lastInsertId);
        JsonOutput.raw(out, ",\"insertId\":");
        JsonOutput.unsigned(out, lastInsertId);
    }

    /**
     * The answer is a kept one.
     *
     * @param isStale whether it is older than it should be
     */
    public void fromCache(boolean isStale) {
        cached = true;
        stale = isStale;
    }

    /**
     * Writes the time that has passed and where to ask about it.
     *
     * @param out where to
     * @param warnings how many warnings there are
     */
    public void write(ByteBuf out, int warnings) {
        JsonOutput.raw(out, "\"executionTime\":");
        JsonOutput.millis(out, clock.nanoTime() - startNanos);
        JsonOutput.raw(out, ",\"cached\":" + cached + ",\"meta\":{\"requestId\":");
        JsonOutput.string(out, requestId);
        if (stale) {
            JsonOutput.raw(out, ",\"stale\":true");
        }
        if (warnings > 0) {
            JsonOutput.raw(out, ",\"warnings\":" + warnings);
        }
        out.writeByte('}');
    }

    /** Writes that the statement failed, and how. */
    void failure(ByteBuf out, GatewayError error) {
        JsonOutput.raw(out, "\"success\":false,\"error\":");
        ErrorDocument.of(error, requestId).writeError(out);
    }
}
