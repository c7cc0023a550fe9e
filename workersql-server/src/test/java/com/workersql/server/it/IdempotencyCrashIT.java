// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.workersql.server.Gateway;
import com.workersql.server.config.ConfigLoader;
import com.workersql.server.config.ListenAddress;
import com.workersql.server.embedded.EmbeddedShards;
import com.workersql.server.embedded.ShardFixture;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Writes with an Idempotency-Key whose gateway is killed: what another gateway is asked again has run once. */
class IdempotencyCrashIT {
    private static final int KEYS = 24;
    /** InnoDB shows its locks anew only to whoever has not looked for a tenth of a second. */
    private static final int POLL_MILLIS = 120;

    @TempDir
    static Path dir;

    private static EmbeddedShards shards;
    private static GatewayProcess killed;
    private static Gateway other;

    @BeforeAll
    static void start() throws Exception {
        assumeFalse(Fleet.isMySql(), "the gateway's process is configured for embedded shards");
        shards = ShardFixture.start(ShardFixture.config(dir.resolve("shards")));
        var home = Files.createDirectory(dir.resolve("gateway"));
        killed = GatewayProcess.of(shards, home);
        killed.start();
        var free = new ListenAddress("127.0.0.1", 0);
        var config =
                ConfigLoader.load(home.resolve("gateway.yaml"), name -> null).config();
        other = Gateway.start(config.toBuilder().mysql(free).http(free).build());
    }

    @AfterAll
    static void stop() {
        if (other != null) {
            other.close();
        }
        if (killed != null) {
            killed.close();
        }
        if (shards != null) {
            ShardFixture.end(shards);
        }
    }

    private static HttpRequest add(Http http, String table, int id) {
        return http.request("/v1/query")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", table + id)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"sql\":\"UPDATE " + table + " SET n = n + 1 WHERE id = ?\",\"params\":[" + id + "]}"))
                .build();
    }

    @Test
    void runOnceWhenAnotherGatewayIsAskedAgain() throws Exception {
        long seed = Long.getLong("workersql.seed", System.nanoTime());
        var random = new Random(seed);
        var before = new Http(killed.httpPort(), GatewayProcess.authorization("acme"));
        var after = new Http(other.httpAddress().getPort(), GatewayProcess.authorization("acme"));
        var ids = new ArrayList<String>();
        for (int id = 1; id <= KEYS; id++) {
            ids.add("(" + id + ",0)");
        }
        before.query("CREATE TABLE added (id INT PRIMARY KEY, n INT NOT NULL)");
        before.query("INSERT INTO added VALUES " + String.join(",", ids));
        before.query("CREATE TABLE held (id INT PRIMARY KEY, n INT NOT NULL)");
        before.query("INSERT INTO held VALUES (1,0)");

        var asked = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        try (var tenant =
                ShardFixture.tenant(shards.shards().get(0), shards.tenants().get(0))) {
            // One write has its key and waits for this lock when the gateway goes; the others are wherever they are.
            tenant.setAutoCommit(false);
            ShardFixture.run(tenant, "UPDATE held SET n = n WHERE id = 1");
            asked.add(before.sendAsync(add(before, "held", 1)));
            awaitKey();
            for (int id = 1; id <= KEYS; id++) {
                asked.add(before.sendAsync(add(before, "added", id)));
            }
            int answered = random.nextInt(KEYS);
            while (asked.stream().filter(CompletableFuture::isDone).count() < answered) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            killed.kill();
            tenant.rollback();
        }

        assertThat(finalStatus(after, "held", 1)).isEqualTo(200);
        for (int id = 1; id <= KEYS; id++) {
            assertThat(finalStatus(after, "added", id))
                    .as("key %d, seed %d", id, seed)
                    .isEqualTo(200);
        }
        assertThat(after.query("SELECT MIN(n), MAX(n), COUNT(*) FROM added").data())
                .as("seed %d", seed)
                .hasToString("[[1, 1, " + KEYS + "]]");
        assertThat(after.query("SELECT n FROM held").data()).hasToString("[[1]]");
    }

    /** Waits until the key of the write that is held back is in the shard's table, though not committed. */
    private static void awaitKey() throws Exception {
        try (var admin = ShardFixture.admin(shards.shards().get(0))) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (ShardFixture.text(admin, "SELECT COUNT(*) FROM information_schema.INNODB_LOCK_WAITS")
                    .equals("0")) {
                assertThat(System.nanoTime()).as("the write waits").isLessThan(end);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
            }
        }
    }

    /** Asks until it is told something else than that the first one may still run. */
    private static int finalStatus(Http http, String table, int id) throws Exception {
        for (int attempt = 0; attempt < 20; attempt++) {
            int status = http.send(add(http, table, id), HttpResponse.BodyHandlers.ofString())
                    .statusCode();
            if (status != 409) {
                return status;
            }
        }
        return 409;
    }
}
