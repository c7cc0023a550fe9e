// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.admin;

import com.workersql.server.config.Secret;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.tenants.TenantException;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets whoever knows the token of the configuration administer the gateway. */
public final class AdminDesk {
    private static final Logger LOG = LoggerFactory.getLogger(AdminDesk.class);
    private static final String JSON = "application/json";
    private static final String BEARER = "Bearer ";

    private final byte[] token;
    private final Administration administration;

    /**
     * A desk.
     *
     * @param token what whoever administers proves itself by
     * @param administration does the work
     */
    public AdminDesk(Secret token, Administration administration) {
        this.token = digest(token.bytes());
        this.administration = administration;
    }

    /** What an answer says. */
    record Answer(HttpResponseStatus status, String json) {
        static Answer ok(String json) {
            return new Answer(HttpResponseStatus.OK, json);
        }
    }

    /** Reads a request on its event loop. */
    @FunctionalInterface
    interface Request {
        /** Gives what is to be done for it, where that may block. */
        Callable<Answer> read() throws Refusal;
    }

    /** Proves who asks, reads the request, and answers by what is done for it. */
    void serve(Exchange exchange, Request request) {
        if (!mayCome(exchange)) {
            exchange.refuse(GatewayError.refused(
                    1045, "28000", "Access denied: an Authorization header with the admin token as Bearer is needed"));
            return;
        }
        try {
            var work = request.read();
            administration.execute(() -> run(exchange, work));
        } catch (Refusal e) {
            exchange.refuse(e.error());
        } catch (RejectedExecutionException e) {
            exchange.refuse(Refusal.error(ErrorClass.UNAVAILABLE, "Too much administration waits already"));
        }
    }

    Administration administration() {
        return administration;
    }

    private boolean mayCome(Exchange exchange) {
        var headers = exchange.request().headers().getAll("authorization");
        if (headers.size() != 1 || !headers.get(0).regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return false;
        }
        // Digests have one length, so that comparing them tells nothing of the token, not even that.
        return MessageDigest.isEqual(
                token, digest(headers.get(0).substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8)));
    }

    private static void run(Exchange exchange, Callable<Answer> work) {
        Runnable reply;
        try {
            var answer = work.call();
            reply = () -> exchange.respond(answer.status(), JSON, answer.json());
        } catch (TenantException e) {
            reply = () -> exchange.refuse(Refusal.error(errorClass(e.reason()), e.getMessage()));
        } catch (DocumentException | IllegalArgumentException e) {
            reply = () -> exchange.refuse(Refusal.error(ErrorClass.SEMANTIC, e.getMessage()));
        } catch (Exception e) {
            LOG.error("Request {} to {} failed", exchange.requestId(), exchange.path(), e);
            reply = () -> exchange.refuse(GatewayError.internal(exchange.requestId()));
        }
        exchange.channel().eventLoop().execute(reply);
    }

    private static ErrorClass errorClass(TenantException.Reason reason) {
        return switch (reason) {
            case MALFORMED -> ErrorClass.SYNTAX;
            case CONFLICT -> ErrorClass.CONFLICT;
            case UNKNOWN -> ErrorClass.NOT_FOUND;
            case FAILED -> ErrorClass.UNAVAILABLE;
        };
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
