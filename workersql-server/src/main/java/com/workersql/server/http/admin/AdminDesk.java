// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.admin;

import com.workersql.router.PermissionClass;
import com.workersql.server.config.Secret;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.session.Principal;
import com.workersql.server.tenants.TenantException;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets whoever knows the token of the configuration administer the gateway, and users of the gateway that have no tenant and the
 * permission {@code admin}: an administrator of a tenant is none of the others.
 */
public final class AdminDesk {
    private static final Logger LOG = LoggerFactory.getLogger(AdminDesk.class);
    private static final String JSON = "application/json";
    private static final String BEARER = "Bearer ";
    private static final String BASIC = "Basic ";

    private final byte[] token;
    private final Administration administration;
    private final BiConsumer<Exchange, Consumer<Principal>> gate;

    /**
     * A desk.
     *
     * @param token what whoever administers proves itself by
     * @param administration does the work
     */
    public AdminDesk(Secret token, Administration administration) {
        this(digest(token.bytes()), administration, (exchange, ok) -> refuse(exchange));
    }

    private AdminDesk(byte[] token, Administration administration, BiConsumer<Exchange, Consumer<Principal>> gate) {
        this.token = token;
        this.administration = administration;
        this.gate = gate;
    }

    /**
     * The desk with users of the gateway, too.
     *
     * @param users proves who a request comes from, or answers it
     * @return another desk
     */
    public AdminDesk withUsers(BiConsumer<Exchange, Consumer<Principal>> users) {
        return new AdminDesk(token, administration, users);
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

    /** Reads a request on its event loop, for which it matters who it comes from. */
    @FunctionalInterface
    interface KnownRequest {
        /** Gives what is to be done for it, where that may block; {@code who} is a text for people. */
        Callable<Answer> read(String who) throws Refusal;
    }

    /** Proves who asks, reads the request, and answers by what is done for it. */
    void serve(Exchange exchange, Request request) {
        serveKnown(exchange, who -> request.read());
    }

    /** Does the same for a request that is told who asks. */
    void serveKnown(Exchange exchange, KnownRequest request) {
        if (hasToken(exchange)) {
            read(exchange, () -> request.read("Whoever has the admin token, at " + exchange.clientHost() + ","));
        } else if (exchange.request().headers().getAll("authorization").stream().anyMatch(AdminDesk::isBasic)) {
            gate.accept(exchange, principal -> {
                if (principal.tenant() == null && principal.permissions().contains(PermissionClass.ADMIN)) {
                    read(exchange, () -> request.read("The user " + principal.user() + " at " + exchange.clientHost()));
                } else {
                    exchange.refuse(GatewayError.refused(
                            1227,
                            "42000",
                            "Access denied; you need the permission admin, and no tenant, for this operation"));
                }
            });
        } else {
            refuse(exchange);
        }
    }

    private static void refuse(Exchange exchange) {
        exchange.refuse(GatewayError.refused(
                1045,
                "28000",
                "Access denied: an Authorization header with the admin token as Bearer is needed, or a user with the permission"
                        + " admin and without a tenant"));
    }

    private static boolean isBasic(String header) {
        return header.regionMatches(true, 0, BASIC, 0, BASIC.length());
    }

    private void read(Exchange exchange, Request request) {
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

    private boolean hasToken(Exchange exchange) {
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
