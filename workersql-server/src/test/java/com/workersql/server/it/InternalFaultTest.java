// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a MySQL client gets for a fault of the gateway's own: the id of an incident and no word of what happened. */
class InternalFaultTest {
    private ShardlessDoor door;

    @BeforeEach
    void open() throws InterruptedException {
        door = new ShardlessDoor();
    }

    @AfterEach
    void close() {
        door.close();
    }

    private static void isAnIncident(RawReply reply) {
        byte[] first = reply.payloads().get(0);
        assertThat(reply.errno()).as(new String(first, StandardCharsets.UTF_8)).isEqualTo(1105);
        assertThat(new String(first, 3, first.length - 3, StandardCharsets.UTF_8))
                .matches("#HY000\\[GW-INTERNAL\\] incident [0-9a-f]{16}");
    }

    @Test
    void aStatementThatCannotBeAnalysedIsAnsweredAndTheConnectionStays() throws IOException {
        door.ofResolver(() -> {
            throw new IllegalStateException("a secret of the directory of tenants");
        });
        try (var client = door.acme()) {
            isAnIncident(client.query("SELECT a FROM t"));
            isAnIncident(client.command(Command.COM_STMT_PREPARE, "SELECT b FROM t".getBytes(StandardCharsets.UTF_8)));

            door.ofResolver(() -> {
                throw new StackOverflowError("a secret of the analysis");
            });
            isAnIncident(client.query("SELECT a, b FROM t"));

            door.ofResolver(() -> {});
            assertThat(client.query("SELECT c FROM t").errno())
                    .as("sent where there is no shard")
                    .isEqualTo(1429);
        }
    }

    @Test
    void aFaultBehindTheAnalysisIsAnsweredAndEndsTheConnection() throws IOException {
        try (var client = door.acme()) {
            assertThat(client.query("SELECT a FROM t").errno()).isEqualTo(1429);
            door.ofShards(new IllegalStateException("a secret of the shards"));
            isAnIncident(
                    client.command(Command.COM_STMT_PREPARE, "SHOW GATEWAY PINS".getBytes(StandardCharsets.UTF_8)));
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void aFaultOfACommandIsAnsweredAndEndsTheConnection() throws IOException {
        try (var client = door.acme();
                var other = door.acme()) {
            door.ofShards(new IllegalStateException("a secret of the shards"));
            isAnIncident(client.command(Command.COM_RESET_CONNECTION, new byte[0]));
            assertThat(client.isAtEnd()).isTrue();

            door.ofShards(null);
            assertThat(other.query("SELECT a FROM t").errno())
                    .as("others are served")
                    .isEqualTo(1429);
        }
    }
}
