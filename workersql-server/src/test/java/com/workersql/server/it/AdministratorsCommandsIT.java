// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import com.workersql.protocol.testing.RawReply;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The commands by which programs like mysqladmin ask and end sessions: those of the caller's own tenant. */
class AdministratorsCommandsIT {
    private static final byte[] NOTHING = {};
    private static final int NO_SUCH_THREAD = 1094;
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start();
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static RawClient client(String user) throws IOException {
        int port = fleet.gateway().mysqlAddress().getPort();
        return RawClient.connect(
                port,
                user,
                fleet.password(user),
                user,
                CapabilityFlags.CLIENT_TRANSACTIONS | CapabilityFlags.CLIENT_DEPRECATE_EOF);
    }

    private static RawReply kill(RawClient client, int id) throws IOException {
        return client.command(
                Command.COM_PROCESS_KILL, Unpooled.buffer(4).writeIntLE(id).array());
    }

    private static String text(List<byte[]> payloads) {
        return payloads.stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .collect(Collectors.joining());
    }

    @Test
    void statisticsCountTheTenantsOwnSessions() throws IOException {
        try (var acme = client("acme");
                var second = client("acme");
                var globex = client("globex")) {
            second.query("SELECT 1");

            assertThat(text(acme.command(Command.COM_STATISTICS, NOTHING).payloads()))
                    .matches("Uptime: \\d+  Threads: 2");
            assertThat(text(globex.command(Command.COM_STATISTICS, NOTHING).payloads()))
                    .endsWith("Threads: 1");
            assertThat(acme.query("SELECT 'goes on'").value()).isEqualTo("goes on");
        }
    }

    @Test
    void processInfoIsThePROCESSLIST() throws IOException {
        try (var acme = client("acme");
                var globex = client("globex")) {
            globex.query("SELECT 1");

            String rows = text(acme.command(Command.COM_PROCESS_INFO, NOTHING).payloads());

            assertThat(rows)
                    .contains("acme", Integer.toString(acme.connectionId()))
                    .doesNotContain("globex");
        }
    }

    @Test
    void processKillEndsASessionOfTheTenantAlone() throws IOException {
        try (var acme = client("acme");
                var victim = client("acme");
                var globex = client("globex")) {
            assertThat(kill(acme, globex.connectionId()).errno()).isEqualTo(NO_SUCH_THREAD);
            assertThat(globex.query("SELECT 'lives'").value()).isEqualTo("lives");

            assertThat(kill(acme, victim.connectionId()).isError()).isFalse();

            assertThat(victim.isAtEnd()).isTrue();
            assertThat(acme.command(Command.COM_PROCESS_KILL, NOTHING).isError())
                    .isTrue();
        }
    }
}
