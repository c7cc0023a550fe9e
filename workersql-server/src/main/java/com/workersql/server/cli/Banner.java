// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import com.workersql.server.RunningGateway;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.embedded.EmbeddedTenant;
import java.net.InetSocketAddress;

/** What is printed when the gateway is up: where it listens, and for each door a line that can be pasted. */
final class Banner {
    private Banner() {}

    /**
     * The text.
     *
     * @param version the gateway's version
     * @param config what the gateway was told
     * @param gateway the gateway, running
     */
    static String of(String version, GatewayConfig config, RunningGateway gateway) {
        var embedded = gateway.embeddedShards();
        var mysql = gateway.mysqlAddress();
        var http = gateway.httpAddress();
        var text = new StringBuilder();
        text.append("WorkerSQL Gateway ").append(version).append(" is listening, with ");
        text.append(embedded == null ? "shards " : "embedded shards ")
                .append(String.join(", ", config.shardNames()))
                .append("\n\n");
        var scheme = config.tls() == null ? "" : "s";
        text.append("  MySQL      ").append(authority(mysql)).append('\n');
        text.append("  HTTP       http")
                .append(scheme)
                .append("://")
                .append(authority(http))
                .append('\n');
        text.append("  WebSocket  ws")
                .append(scheme)
                .append("://")
                .append(authority(http))
                .append("/v1/ws\n\n");
        if (embedded == null) {
            tryIt(text, config, mysql, http, "USER", "PASSWORD", "");
        } else {
            text.append(String.format("  %-16s %-22s %s%n", "user = tenant", "password", "home"));
            for (var tenant : embedded.tenants()) {
                text.append(String.format(
                        "  %-16s %-22s %s%n", tenant.name(), tenant.password().text(), tenant.shard()));
            }
            text.append("  (kept in ").append(embedded.credentialsFile()).append(")\n\n");
            embedded.tenants().stream().findFirst().ifPresent(tenant -> tryIt(text, config, mysql, http, tenant));
        }
        return text.append("Ctrl-C stops it.\n").toString();
    }

    private static void tryIt(
            StringBuilder text,
            GatewayConfig config,
            InetSocketAddress mysql,
            InetSocketAddress http,
            EmbeddedTenant tenant) {
        tryIt(
                text,
                config,
                mysql,
                http,
                tenant.name(),
                tenant.password().text(),
                " " + tenant.account().database());
    }

    private static void tryIt(
            StringBuilder text,
            GatewayConfig config,
            InetSocketAddress mysql,
            InetSocketAddress http,
            String user,
            String password,
            String database) {
        var scheme = config.tls() == null ? "" : "s";
        text.append("Try it:\n");
        text.append(String.format(
                "  MYSQL_PWD=%s mysql -h %s -P %d -u %s -e 'SELECT VERSION()'%s%n",
                password, host(mysql), mysql.getPort(), user, database));
        text.append(String.format(
                "  curl -s -u %s:%s -H 'Content-Type: application/json' -d '{\"sql\": \"SELECT ? + ? AS answer\", \"params\": [40, 2]}' http%s://%s/v1/query%n",
                user, password, scheme, authority(http)));
        text.append(String.format(
                "  npx -y wscat --auth %s:%s -c ws%s://%s/v1/ws -w 1 -x '{\"type\": \"query\", \"id\": \"1\", \"sql\": \"SELECT NOW()\"}'%n",
                user, password, scheme, authority(http)));
        text.append('\n');
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
