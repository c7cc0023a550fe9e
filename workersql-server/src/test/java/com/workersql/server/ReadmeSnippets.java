// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.breaker.CircuitBreaker;
import com.workersql.router.RoutePlan;
import com.workersql.router.Router;
import com.workersql.router.ServerFlavor;
import com.workersql.router.Statement;
import com.workersql.router.StatementContext;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.ListenAddress;
import com.workersql.server.embedded.ShardFixture;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.Random;

/** The code that the root README shows, so that it compiles and does what it says. */
final class ReadmeSnippets {
    private ReadmeSnippets() {}

    static String gatewayInProcess(Path dataDir) throws Exception {
        var config = GatewayConfig.defaults().toBuilder()
                .embedded(ShardFixture.config(dataDir))
                .mysql(new ListenAddress("127.0.0.1", 0))
                .http(new ListenAddress("127.0.0.1", 0))
                .build();
        try (var gateway = Gateway.start(config)) {
            var acme = gateway.embeddedShards().tenants().get(0);
            var url = "jdbc:mariadb://127.0.0.1:" + gateway.mysqlAddress().getPort() + "/" + acme.name()
                    + "?allowPublicKeyRetrieval=true&sslMode=disable";
            try (var connection = DriverManager.getConnection(
                            url, acme.name(), acme.password().text());
                    var rows = connection.createStatement().executeQuery("SELECT DATABASE()")) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    static String route() {
        var router = Router.builder(RoutingPolicy.parse(
                        "{version: 1, shards: [shard_0, shard_1], tenants: {acme: shard_0, globex: shard_1}}"))
                .build();
        var context = StatementContext.of("globex", ServerFlavor.MARIADB, 110405);
        var plan = router.plan(Statement.of(context, "SELECT * FROM orders WHERE id = 7"));
        return plan instanceof RoutePlan.SingleShard single ? single.shard() : plan.toString();
    }

    static boolean breaker() {
        var breaker = CircuitBreaker.builder().consecutiveFailures(5).build(System::nanoTime, new Random());
        var permit = breaker.tryAcquire(); // null while it is open
        long start = System.nanoTime();
        permit.succeeded(System.nanoTime() - start);
        return breaker.wouldAdmit();
    }
}
