// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.testing.RawClient;
import com.workersql.protocol.testing.RawReply;
import com.workersql.server.Gateway;
import com.workersql.server.config.BreakerConfig;
import com.workersql.server.config.PoolConfig;
import com.workersql.server.config.Secret;
import com.workersql.server.config.yaml.Setting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A shard that refuses new connections and serves those that it has: with the breaker's defaults its connect gate is shut behind five
 * refusals, which stops new connections and nothing else.
 */
class ConnectGateIT {
    private static final String TOKEN = "a-token-of-the-test";
    private static final int AT_MOST = 50;

    private static ProxiedFleet<FaultProxy> proxied;
    private static Fleet fleet;
    private static FaultProxy proxy;

    private final List<RawClient> clients = new ArrayList<>();
    private Gateway gateway;
    private Http operator;

    @BeforeAll
    static void startShards() throws Exception {
        proxied =
                ProxiedFleet.start(FaultProxy::new, FaultProxy::port, config -> Fleet.withConnections(config, AT_MOST));
        fleet = proxied.fleet();
        proxy = proxied.proxy();
    }

    @AfterAll
    static void stopShards() throws Exception {
        if (proxied != null) {
            proxied.close();
        }
    }

    /** How the shard refuses. */
    enum Refusal {
        /** 1129, as behind {@code max_connect_errors} errors. */
        HOST_BLOCKED,
        /** 1040. */
        FULL,
        PORT_CLOSED
    }

    /**
     * Starts a gateway of the test's own.
     *
     * @param waitMillis how long a statement waits for a connection
     */
    private void start(Map<Setting, Long> breaker, long waitMillis) {
        gateway = Gateway.start(fleet.config().toBuilder()
                .breaker(BreakerConfig.of(breaker))
                .adminToken(Secret.of(TOKEN))
                .pool(PoolConfig.of(Map.of(PoolConfig.WAIT_MILLIS, waitMillis)))
                .build());
        operator = new Http(gateway.httpAddress().getPort(), "Bearer " + TOKEN);
    }

    @AfterEach
    void stop() throws Exception {
        for (var client : clients) {
            client.close();
        }
        if (gateway != null) {
            gateway.close();
        }
        proxy.mode(FaultProxy.Mode.PASS);
    }

    private void refuse(Refusal refusal) throws IOException {
        switch (refusal) {
            case HOST_BLOCKED -> proxy.mode(FaultProxy.Mode.BLOCKED);
            case FULL -> proxy.mode(FaultProxy.Mode.FULL);
            case PORT_CLOSED -> proxy.closePortToNewOnes();
        }
    }

    private void accept(Refusal refusal) throws IOException {
        switch (refusal) {
            case HOST_BLOCKED, FULL -> proxy.mode(FaultProxy.Mode.PASS);
            case PORT_CLOSED -> proxy.openPort();
        }
    }

    private RawClient client(long more) throws IOException {
        var client = fleet.raw("acme", SickShard.RAW | more, gateway);
        clients.add(client);
        return client;
    }

    /** A client whose statement finds no connection that it could share with the others, so that one has to be opened. */
    private RawReply ofAnotherKind() throws IOException {
        return client(CapabilityFlags.CLIENT_FOUND_ROWS).query("SELECT 2");
    }

    private static String message(RawReply reply) {
        return new String(reply.payloads().get(0), StandardCharsets.UTF_8);
    }

    /** The gates of the shard through the proxy, by their names. */
    @SuppressWarnings("unchecked")
    private Map<String, Object> gate(String name) throws Exception {
        var answer = Http.object(operator.get("/v1/admin/breakers").body());
        for (var each : (List<Map<String, Object>>) answer.get("breakers")) {
            if (each.get("shard").equals("shard_0") && each.get("gate").equals(name)) {
                return each;
            }
        }
        throw new AssertionError("no gate " + name + " in " + answer);
    }

    private void awaitGate(String state) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!gate("connects").get("state").equals(state)) {
            assertThat(System.nanoTime()).as("connect gate " + state).isLessThan(end);
        }
    }

    /** Asks in a thread of its own. */
    private static CompletableFuture<RawReply> later(RawClient client, String sql) {
        var reply = new CompletableFuture<RawReply>();
        var thread = new Thread(
                () -> {
                    try {
                        reply.complete(client.query(sql));
                    } catch (IOException e) {
                        reply.completeExceptionally(e);
                    }
                },
                "client");
        thread.setDaemon(true);
        thread.start();
        return reply;
    }

    @ParameterizedTest
    @EnumSource(
            value = Refusal.class,
            names = {"HOST_BLOCKED", "PORT_CLOSED"})
    void isShutBehindFiveRefusalsAndStopsNewConnectionsOnly(Refusal refusal) throws Exception {
        start(Map.of(), 5_000);
        var kept = client(0);
        kept.query("BEGIN");
        assertThat(kept.query("SELECT 1").value()).isEqualTo("1");
        var idle = client(0);
        assertThat(idle.query("SELECT 1").value()).isEqualTo("1");
        assertThat(gate("connects")).containsEntry("state", "closed");

        refuse(refusal);
        RawReply reply = ofAnotherKind();
        for (int refused = 1; !isShut(reply); refused++) {
            assertThat(reply.errno()).as(message(reply)).isEqualTo(1429);
            assertThat(message(reply)).contains("[GW-NOT-EXECUTED]");
            assertThat(refused).as("refusals that did not shut it").isLessThanOrEqualTo(5);
            reply = ofAnotherKind();
        }
        assertThat(gate("connects")).containsEntry("state", "open");
        assertThat(operator.metric("workersql_retries_total", "shard_0", "proof=\"not_sent\""))
                .as("each was tried twice")
                .isPositive();
        for (int i = 0; i < 20; i++) {
            assertThat(message(ofAnotherKind()))
                    .contains("[GW-NOT-EXECUTED]", "accepts no new connections", "next try in");
            assertThat(kept.query("SELECT 3").value()).isEqualTo("3");
            assertThat(idle.query("SELECT 4").value()).isEqualTo("4");
        }
        assertThat(gate("calls")).containsEntry("state", "closed");
        assertThat(kept.query("COMMIT").errno()).isZero();

        isBackBehind(refusal);
    }

    private static boolean isShut(RawReply reply) {
        return message(reply).contains("accepts no new connections");
    }

    private void isBackBehind(Refusal refusal) throws Exception {
        long back = System.nanoTime();
        accept(refusal);
        awaitGate("closed");
        SickShard.noticed("connect gate open behind " + refusal, back, 600, 8_000);
        assertThat(ofAnotherKind().value()).isEqualTo("2");
    }

    @Test
    void isShutByAServerThatHasNoPlaceLeft() throws Exception {
        start(Map.of(), 300);
        var kept = client(0);
        kept.query("BEGIN");
        assertThat(kept.query("SELECT 1").value()).isEqualTo("1");

        refuse(Refusal.FULL);
        // Behind the first refusal of this kind no more connections are asked for than are open; its checks count as
        // well.
        assertThat(ofAnotherKind().errno()).isIn(1429, 1203);
        awaitGate("open");
        var late = ofAnotherKind();
        assertThat(late.errno()).as(message(late)).isEqualTo(1429);
        assertThat(isShut(late)).as(message(late)).isTrue();
        assertThat(kept.query("SELECT 3").value()).isEqualTo("3");
        assertThat(kept.query("COMMIT").errno()).isZero();

        isBackBehind(Refusal.FULL);
    }

    @Test
    void itsProbesAreConnectionsThatStatementsAskFor() throws Exception {
        start(Map.of(BreakerConfig.OPEN_MILLIS, 20L, BreakerConfig.MAX_OPEN_MILLIS, 20L), 5_000);
        assertThat(client(0).query("SELECT 1").value()).isEqualTo("1");
        refuse(Refusal.HOST_BLOCKED);

        // Checks fail as well and never half-open it: it is opened again and again by the probes of statements.
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (((Number) gate("connects").get("opened")).intValue() < 5) {
            assertThat(ofAnotherKind().errno()).isEqualTo(1429);
            assertThat(System.nanoTime()).isLessThan(end);
        }

        accept(Refusal.HOST_BLOCKED);
        RawReply reply = ofAnotherKind();
        while (reply.errno() == 1429) {
            assertThat(System.nanoTime()).isLessThan(end);
            reply = ofAnotherKind();
        }
        assertThat(reply.value()).isEqualTo("2");
        assertThat(gate("connects")).containsEntry("state", "closed");
    }

    @Test
    void statementsWaitForAConnectionThatIsOpen() throws Exception {
        start(Map.of(), 30_000);
        var first = client(0);
        first.query("BEGIN");
        assertThat(first.query("SELECT 1").value()).isEqualTo("1");
        refuse(Refusal.HOST_BLOCKED);
        while (!isShut(ofAnotherKind())) {
            assertThat(clients).hasSizeLessThan(20);
        }

        var second = later(client(0), "SELECT 5");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!operator.get("/v1/admin/pools").body().contains("\"waiting\":1")) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
        assertThat(second).isNotDone();
        first.query("COMMIT");
        assertThat(second.get(20, TimeUnit.SECONDS).value()).isEqualTo("5");
    }
}
