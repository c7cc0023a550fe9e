// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.planetscale;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.ProblemHeaders;
import com.workersql.server.http.query.JsonOutput;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * Errors as clients of the PlanetScale protocol read them: errors of SQL within an answer of status 200, with a code of Vitess and
 * a message that ends by errno and SQLSTATE, which adapters pick out; refusals of the request by its status, always as JSON with
 * a member {@code error}.
 */
final class VitessErrors {
    private VitessErrors() {}

    /** Writes the value of a member {@code error}. */
    static void write(ByteBuf out, GatewayError error) {
        JsonOutput.raw(out, "{\"message\":");
        JsonOutput.string(
                out,
                error.message().replaceAll("\\s*\\R\\s*", " ") + " (errno " + error.errno() + ") (sqlstate "
                        + error.sqlState() + ")");
        JsonOutput.raw(out, ",\"code\":\"" + code(error) + "\"}");
    }

    /** The code of Vitess that says most nearly what an error is. */
    static String code(GatewayError error) {
        return switch (error.errno()) {
            case 1049, 1051, 1054, 1146, 1305 -> "NOT_FOUND";
            case 1007, 1050, 1062 -> "ALREADY_EXISTS";
            case 1048, 1064, 1065, 1210, 1264, 1364, 1366, 1406 -> "INVALID_ARGUMENT";
            case 1235, 1451, 1452 -> "FAILED_PRECONDITION";
            case 1044, 1045, 1142, 1143, 1227 -> "PERMISSION_DENIED";
            case 1205, 1213, 3101 -> "ABORTED";
            case 1317 -> "CANCELED";
            case 1969, 3024 -> "DEADLINE_EXCEEDED";
            case 1040, 1203, 1226, 1461 -> "RESOURCE_EXHAUSTED";
            case 1053, 1158, 1429, 2002, 2006, 2013 -> "UNAVAILABLE";
            case 1290, 1836 -> "READ_ONLY";
            default -> "UNKNOWN";
        };
    }

    /** Answers a request that is not run at all. */
    static void refuse(Exchange exchange, GatewayError error) {
        var status = HttpResponseStatus.valueOf(error.errorClass().httpStatus());
        var code = connectCode(error.errorClass());
        var body = exchange.channel().alloc().buffer(256);
        JsonOutput.raw(body, "{\"type\":\"about:blank\",\"title\":");
        JsonOutput.string(body, status.reasonPhrase());
        JsonOutput.raw(body, ",\"status\":" + status.code() + ",");
        codeAndMessage(body, code, error.message());
        JsonOutput.raw(body, ",\"error\":{");
        codeAndMessage(body, code, error.message());
        JsonOutput.raw(body, "}}");
        if (error.errorClass() == ErrorClass.AUTHENTICATION) {
            exchange.header(HttpHeaderNames.WWW_AUTHENTICATE, ProblemHeaders.BASIC_CHALLENGE);
        }
        exchange.respond(status, "application/json", body);
    }

    private static void codeAndMessage(ByteBuf out, String code, String message) {
        JsonOutput.raw(out, "\"code\":\"" + code + "\",\"message\":");
        JsonOutput.string(out, message);
    }

    /** The code of Connect, the protocol around Vitess' own. */
    private static String connectCode(ErrorClass errorClass) {
        return switch (errorClass) {
            case AUTHENTICATION -> "unauthenticated";
            case PERMISSION -> "permission_denied";
            case NOT_FOUND, METHOD -> "not_found";
            case TOO_LARGE, QUOTA -> "resource_exhausted";
            case UNAVAILABLE, SHARD_DIED, MISDIRECTED -> "unavailable";
            case TIMEOUT, REQUEST_TIMEOUT -> "deadline_exceeded";
            case UNSUPPORTED -> "unimplemented";
            case INTERNAL -> "internal";
            case CONFLICT -> "aborted";
            case SYNTAX, SEMANTIC, MEDIA_TYPE, NOT_ACCEPTABLE -> "invalid_argument";
        };
    }
}
