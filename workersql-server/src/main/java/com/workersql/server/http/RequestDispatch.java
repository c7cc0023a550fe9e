// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.HttpRefusals.Refused;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whose each request is: of a page that may not call, of a route, or of none. Safe for all threads. */
final class RequestDispatch {
    private static final Logger LOG = LoggerFactory.getLogger(RequestDispatch.class);

    private final Routes routes;
    private final CrossOrigin crossOrigin;

    /**
     * @param crossOrigin which pages of other sites may call
     */
    RequestDispatch(Routes routes, CrossOrigin crossOrigin) {
        this.routes = routes;
        this.crossOrigin = crossOrigin;
    }

    /** The path among those that there are; null when it is none of them. */
    Routes.Found find(String path) {
        return routes.find(path);
    }

    /** Has a request answered, by its route or by what there is instead. */
    void answer(Exchange request) {
        var method = request.request().method();
        var found = request.found();
        var kind = crossOrigin.kind(method, request.request().headers());
        if (kind == CrossOrigin.Kind.REFUSED) {
            request.refuse(
                    Refused.of(ErrorClass.PERMISSION, "Pages of this origin may not call (the setting is http.origins)")
                            .error());
            return;
        }
        if (kind != CrossOrigin.Kind.OWN) {
            crossOrigin.allow(request, kind == CrossOrigin.Kind.PREFLIGHT);
        }
        var route = found == null ? null : found.route(method);
        if (route != null) {
            try {
                route.handle(request);
            } catch (RuntimeException e) {
                LOG.error("Request {} to {} failed", request.requestId(), request.path(), e);
                request.refuse(GatewayError.internal(request.requestId()));
            }
        } else if (found == null) {
            request.refuse(
                    Refused.of(ErrorClass.NOT_FOUND, "There is no such path").error());
        } else if (method.equals(HttpMethod.OPTIONS)) {
            request.respond(HttpResponseStatus.NO_CONTENT, null, Unpooled.EMPTY_BUFFER);
        } else {
            request.refuse(Refused.of(
                            ErrorClass.METHOD,
                            "This path has no method " + method.name() + "; it has " + found.allowed())
                    .error());
        }
    }
}
