// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Section;
import com.workersql.server.http.HttpSettings;
import com.workersql.server.http.WebSettings;
import com.workersql.server.http.session.SessionSettings;
import com.workersql.server.ws.WebSocketSettings;
import java.util.List;
import java.util.Set;

/** Reads the section {@code http}. */
final class WebReader {
    private WebReader() {}

    /**
     * Reads the section up to its end.
     *
     * @param section the section
     * @return the defaults where something cannot be used, which the section has reported then
     */
    static WebSettings read(Section section) {
        var http = HttpSettings.read(section::number);
        var origins = Set.copyOf(section.texts("origins", List.of()));
        int preflightSeconds = (int) section.number(WebSettings.PREFLIGHT_SECONDS);
        int requests = (int) section.number(WebSettings.REQUESTS_PER_WINDOW);
        int windowMillis = (int) section.number(WebSettings.WINDOW_MILLIS);
        boolean traceComments = section.flag("trace_comments", false);
        var sessions = sessions(section.section("sessions"));
        var webSocketSection = section.section("websocket");
        var webSocket = WebSocketSettings.read(webSocketSection::number, origins)
                .withTokenInQuery(webSocketSection.flag("token_in_query", false));
        webSocketSection.end();
        section.end();
        try {
            return new WebSettings(
                    http, sessions, webSocket, origins, preflightSeconds, requests, windowMillis, traceComments);
        } catch (IllegalArgumentException e) {
            section.problem("origins", e.getMessage());
            return WebSettings.defaults();
        }
    }

    private static SessionSettings sessions(Section section) {
        var settings = SessionSettings.read(section::number);
        section.end();
        return settings;
    }
}
