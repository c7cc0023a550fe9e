// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The one rendering of errors in JSON, flat and nested, with the members of RFC 9457.
 *
 * @param error the error
 * @param status the HTTP status, also where it is only a member
 * @param requestId the request's id
 * @param time when it was found
 */
public record ErrorDocument(GatewayError error, HttpResponseStatus status, String requestId, Instant time) {
    /**
     * The document of an error with the status of its class.
     *
     * @param error the error
     * @param requestId the request's id
     * @return stamped with the time of day
     */
    public static ErrorDocument of(GatewayError error, String requestId) {
        var status = HttpResponseStatus.valueOf(error.errorClass().httpStatus());
        return new ErrorDocument(error, status, requestId, Instant.now());
    }

    /**
     * Writes the whole problem document.
     *
     * @param out where to
     */
    public void writeProblem(ByteBuf out) {
        JsonOutput.raw(out, "{\"success\":false,");
        writeFour(out);
        JsonOutput.raw(out, ",\"error\":");
        writeError(out);
        JsonOutput.raw(out, ",\"type\":\"about:blank\",\"title\":");
        JsonOutput.string(out, status.reasonPhrase());
        JsonOutput.raw(out, ",\"status\":" + status.code() + ",\"detail\":");
        JsonOutput.string(out, error.message());
        out.writeByte('}');
    }

    /**
     * Writes the error object alone: code, message, details and timestamp.
     *
     * @param out where to
     */
    public void writeError(ByteBuf out) {
        out.writeByte('{');
        writeFour(out);
        out.writeByte('}');
    }

    private void writeFour(ByteBuf out) {
        JsonOutput.raw(out, "\"code\":\"" + error.errorClass().code() + "\",\"message\":");
        JsonOutput.string(out, error.message());
        JsonOutput.raw(out, ",\"details\":{\"errno\":" + error.errno() + ",\"sqlState\":");
        JsonOutput.string(out, error.sqlState());
        JsonOutput.raw(out, ",\"outcome\":\"" + error.outcome().text() + "\",\"requestId\":");
        JsonOutput.string(out, requestId);
        JsonOutput.raw(out, "},\"timestamp\":\"" + time.truncatedTo(ChronoUnit.MILLIS) + "\"");
    }
}
