// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import com.workersql.server.RunningGateway;
import com.workersql.server.config.GatewayConfig;
import java.net.InetSocketAddress;

/** What is printed when the gateway is up: where it listens, and for each open door a line that can be pasted. */
final class Banner {
    private static final String QUERY = "{\"sql\": \"SELECT ? + ? AS answer\", \"params\": [40, 2]}";
    private static final String MESSAGE = "{\"type\": \"query\", \"id\": \"1\", \"sql\": \"SELECT NOW()\"}";

    private final StringBuilder text = new StringBuilder();
    private final String secure;
    private final RunningGateway gateway;

    private Banner(GatewayConfig config, RunningGateway gateway) {
        this.gateway = gateway;
        this.secure = config.tls() == null ? "" : "s";
    }

    /**
     * The text.
     *
     * @param version the gateway's version
     * @param config what the gateway was told
     * @param gateway the gateway, running
     */
    static String of(String version, GatewayConfig config, RunningGateway gateway) {
        var banner = new Banner(config, gateway);
        var kind = config.embedded() == null ? "" : "embedded ";
        banner.line("WorkerSQL Gateway %s is listening, with %sshards %s%n"
                .formatted(version, kind, String.join(", ", config.shardNames())));
        banner.doors();
        banner.lines();
        banner.line("Ctrl-C stops it.");
        return banner.text.toString();
    }

    private void doors() {
        line("  MySQL      %s".formatted(authority(gateway.mysqlAddress())));
        if (gateway.httpAddress() != null) {
            line("  HTTP       http%s://%s".formatted(secure, authority(gateway.httpAddress())));
            line("  WebSocket  ws%s://%s/v1/ws".formatted(secure, authority(gateway.httpAddress())));
        }
        line("");
    }

    private void lines() {
        var embedded = gateway.embeddedShards();
        if (embedded == null) {
            lines("USER", "PASSWORD", "");
            return;
        }
        line("  %-16s %-22s %s".formatted("user = tenant", "password", "home"));
        for (var tenant : embedded.tenants()) {
            line("  %-16s %-22s %s".formatted(tenant.name(), tenant.password().text(), tenant.shard()));
        }
        line("  (kept in %s)%n".formatted(embedded.credentialsFile()));
        embedded.tenants().stream()
                .findFirst()
                .ifPresent(tenant -> lines(
                        tenant.name(),
                        tenant.password().text(),
                        " " + tenant.account().database()));
    }

    private void lines(String user, String password, String database) {
        var mysql = gateway.mysqlAddress();
        line("Try it:");
        line("  MYSQL_PWD=%s mysql -h %s -P %d -u %s -e 'SELECT VERSION()'%s"
                .formatted(password, host(mysql), mysql.getPort(), user, database));
        if (gateway.httpAddress() != null) {
            var http = authority(gateway.httpAddress());
            line("  curl -s -u %s:%s -H 'Content-Type: application/json' -d '%s' http%s://%s/v1/query"
                    .formatted(user, password, QUERY, secure, http));
            line("  npx -y wscat --auth %s:%s -c ws%s://%s/v1/ws -w 2 -x '%s'"
                    .formatted(user, password, secure, http, MESSAGE));
        }
        line("");
    }

    private void line(String line) {
        text.append(line).append(System.lineSeparator());
    }

    private static String authority(InetSocketAddress address) {
        var host = host(address);
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** An address that a client on this machine can use. */
    private static String host(InetSocketAddress address) {
        return address.getAddress().isAnyLocalAddress()
                ? "127.0.0.1"
                : address.getAddress().getHostAddress();
    }
}
