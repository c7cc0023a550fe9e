// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.testing.RawClient;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.Limits;
import com.workersql.server.config.PoolConfig;
import com.workersql.server.config.StatementsConfig;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A gateway with small limits, and clients that send bytes of their own making. */
abstract class NarrowGateway {
    static final int MAX_PACKET_BYTES = 64 * 1024;
    static final int MAX_CONNECTIONS = 20;
    static final int BACKENDS = 2;
    static final long CAPABILITIES = CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_CONNECT_WITH_DB
            | CapabilityFlags.CLIENT_DEPRECATE_EOF;

    static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(NarrowGateway::narrow);
    }

    static GatewayConfig narrow(GatewayConfig config) {
        var first = config.shards().get(0);
        var shards = new ArrayList<>(config.shards());
        shards.set(0, Fleet.with(first, first.endpoints(), BACKENDS));
        return config.toBuilder()
                .shards(shards)
                .pool(PoolConfig.of(Map.of(PoolConfig.WAIT_MILLIS, 1_000L)))
                .statements(StatementsConfig.of(Map.of(StatementsConfig.TIMEOUT_MILLIS, 60_000L)))
                .limits(Limits.of(Map.of(
                        Limits.MAX_PACKET_BYTES,
                        (long) MAX_PACKET_BYTES,
                        Limits.MAX_CONNECTIONS,
                        (long) MAX_CONNECTIONS,
                        Limits.PREPARED_STATEMENTS_PER_SESSION,
                        2L,
                        Limits.PREPARED_STATEMENTS_PER_TENANT,
                        3L,
                        Limits.TRANSACTION_IDLE_TIMEOUT_MILLIS,
                        400L)))
                .build();
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    static RawClient acme() throws IOException {
        return acme(CAPABILITIES);
    }

    static RawClient acme(long capabilities) throws IOException {
        int port = fleet.gateway().mysqlAddress().getPort();
        return RawClient.connect(port, "acme", fleet.password("acme"), "acme", capabilities);
    }

    static void stays(RawClient client) throws IOException {
        assertThat(client.query("SELECT 5").value()).as("the connection stays").isEqualTo("5");
    }

    record Err(int errno, String sqlState) {
        static Err of(byte[] payload) {
            assertThat(payload[0] & 0xFF).isEqualTo(0xFF);
            String text = new String(payload, 3, payload.length - 3, StandardCharsets.UTF_8);
            return new Err(
                    (payload[1] & 0xFF) | (payload[2] & 0xFF) << 8, text.startsWith("#") ? text.substring(1, 6) : "");
        }
    }

    static byte[] packet(int sequenceId, byte[] payload) {
        var out = Unpooled.buffer();
        PacketEncoder.write(out, sequenceId, Unpooled.wrappedBuffer(payload));
        return io.netty.buffer.ByteBufUtil.getBytes(out);
    }
}
