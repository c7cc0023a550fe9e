// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.Refusal;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;

/** Why a request is refused before any route sees it: what it is, and where its end lies, must be beyond doubt. */
final class HttpRefusals {
    private HttpRefusals() {}

    /**
     * An answer to a request that is not run.
     *
     * @param status may be more exact than that of the error's class
     */
    record Refused(HttpResponseStatus status, GatewayError error) {
        static Refused of(ErrorClass errorClass, String message) {
            return new Refused(HttpResponseStatus.valueOf(errorClass.httpStatus()), Refusal.error(errorClass, message));
        }
    }

    /** What is wrong with bytes that could not be decoded. */
    static Refused undecodable(DecoderResult result, HttpSettings settings) {
        Throwable cause = result.cause();
        if (cause instanceof TooLongHttpLineException) {
            return new Refused(
                    HttpResponseStatus.REQUEST_URI_TOO_LONG,
                    Refusal.error(
                            ErrorClass.TOO_LARGE,
                            "The request line is longer than " + settings.maxRequestLineBytes()
                                    + " bytes (http.max_request_line_bytes)"));
        }
        if (cause instanceof TooLongHttpHeaderException) {
            return new Refused(
                    HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                    Refusal.error(
                            ErrorClass.TOO_LARGE,
                            "The headers have more than " + settings.maxHeaderBytes()
                                    + " bytes (http.max_header_bytes)"));
        }
        return Refused.of(ErrorClass.SYNTAX, "This is not well-formed HTTP/1.1");
    }

    /** What is wrong with a request that could be decoded; null when nothing is. */
    static Refused unacceptable(HttpRequest request, HttpSettings settings) {
        var version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return Refused.of(ErrorClass.SYNTAX, "HTTP/1.1 and HTTP/1.0 are spoken here");
        }
        var headers = request.headers();
        int hosts = headers.getAll(HttpHeaderNames.HOST).size();
        if (hosts > 1 || (hosts == 0 && version.equals(HttpVersion.HTTP_1_1))) {
            return Refused.of(ErrorClass.SYNTAX, "There must be one Host header, not " + hosts);
        }
        var codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty()
                && (codings.size() > 1
                        || !codings.get(0).equalsIgnoreCase("chunked")
                        || headers.contains(HttpHeaderNames.CONTENT_LENGTH))) {
            return Refused.of(
                    ErrorClass.SYNTAX, "Transfer-Encoding may only be chunked, once, and without Content-Length");
        }
        var expect = headers.get(HttpHeaderNames.EXPECT);
        if (expect != null && !expect.equalsIgnoreCase("100-continue")) {
            return new Refused(
                    HttpResponseStatus.EXPECTATION_FAILED,
                    Refusal.error(ErrorClass.SYNTAX, "Of all expectations, only 100-continue is met"));
        }
        var length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
        if (length != null && (length.length() > 18 || Long.parseLong(length) > settings.maxBodyBytes())) {
            return tooLarge(settings);
        }
        return null;
    }

    /** The body is larger than allowed. */
    static Refused tooLarge(HttpSettings settings) {
        return Refused.of(
                ErrorClass.TOO_LARGE,
                "The body has more than " + settings.maxBodyBytes() + " bytes (http.max_body_bytes)");
    }

    /** Headers or body did not come in time. */
    static Refused tooSlow(String what, int millis) {
        return Refused.of(ErrorClass.REQUEST_TIMEOUT, "The " + what + " took more than " + millis + " ms");
    }
}
