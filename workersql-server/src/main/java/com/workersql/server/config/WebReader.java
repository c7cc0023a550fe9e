// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Section;
import com.workersql.server.http.HttpSettings;
import com.workersql.server.http.WebSettings;
import com.workersql.server.http.session.SessionSettings;
import com.workersql.server.ws.WebSocketSettings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/** Reads the section {@code http}. */
final class WebReader {
    private WebReader() {}

    /**
     * Reads the section up to its end.
     *
     * @param section the section
     * @param secret reads the key that signs the tokens of sessions; null when there is none
     * @return the defaults where something cannot be used, which the section has reported then
     */
    static WebSettings read(Section section, Function<Section, Secret> secret) {
        var http = HttpSettings.read(section::number);
        var origins = Set.copyOf(section.texts("origins", List.of()));
        int preflightSeconds = (int) section.number(WebSettings.PREFLIGHT_SECONDS);
        int requests = (int) section.number(WebSettings.REQUESTS_PER_WINDOW);
        int windowMillis = (int) section.number(WebSettings.WINDOW_MILLIS);
        boolean traceComments = section.flag("trace_comments", false);
        var sessions = sessions(section.section("sessions"), secret);
        var webSocketSection = section.section("websocket");
        var webSocket = WebSocketSettings.read(webSocketSection::number, origins);
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

    private static SessionSettings sessions(Section section, Function<Section, Secret> secret) {
        var peers = peers(section.section("peers"));
        boolean hasKey = section.has("key") || section.has("key_file") || section.has("key_env");
        var key = hasKey ? secret.apply(section) : null;
        SessionSettings settings = SessionSettings.defaults();
        try {
            settings = SessionSettings.read(section::number, peers, key);
        } catch (IllegalArgumentException e) {
            section.problem(e.getMessage());
        }
        section.end();
        return settings;
    }

    private static Map<Integer, String> peers(Section section) {
        var peers = new TreeMap<Integer, String>();
        for (var name : section.names()) {
            var address = section.text(name, "");
            if (!name.matches("\\d{1,3}") || Integer.parseInt(name) > SessionSettings.GATEWAY.max()) {
                section.problem(name, "is no number of a gateway; allowed are 0 to " + SessionSettings.GATEWAY.max());
            } else if (!address.matches("https?://\\S+")) {
                section.problem(
                        name, "found '" + address + "' where an address such as http://10.0.0.2:8080 is expected");
            } else {
                peers.put(Integer.parseInt(name), address);
            }
        }
        section.end();
        return peers;
    }
}
