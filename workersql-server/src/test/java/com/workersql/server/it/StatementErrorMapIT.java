// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** The rows of the map of errors that statements meet which there are not, which are cut off, too many or too late. */
class StatementErrorMapIT extends NarrowGateway {
    @Test
    void whatIsSentToAnUnknownStatementWithoutAnAnswerGetsNone() throws IOException {
        try (var client = acme()) {
            client.send(Command.COM_STMT_SEND_LONG_DATA, new byte[] {99, 0, 0, 0, 0, 0, 'x'});
            client.send(Command.COM_STMT_CLOSE, new byte[] {99, 0, 0, 0});
            stays(client);
        }
    }

    @Test
    void anUnknownStatementLeavesTheConnection() throws IOException {
        try (var client = acme()) {
            client.send(Command.COM_STMT_EXECUTE, new byte[] {99, 0, 0, 0, 0, 1, 0, 0, 0});
            assertThat(Err.of(client.next())).isEqualTo(new Err(1243, "HY000"));
            client.send(Command.COM_STMT_RESET, new byte[] {99, 0, 0, 0});
            assertThat(Err.of(client.next())).isEqualTo(new Err(1243, "HY000"));
            client.send(Command.COM_STMT_FETCH, new byte[] {99, 0, 0, 0, 1, 0, 0, 0});
            assertThat(Err.of(client.next())).isEqualTo(new Err(1243, "HY000"));
            stays(client);
        }
    }

    /** As clients of MariaDB do who do not wait for the id: they ask for the statement -1. */
    @Test
    void anExecutionBehindItsPreparationIsOfTheStatementThatWasPreparedLast() throws IOException {
        byte[] last = {-1, -1, -1, -1, 0, 1, 0, 0, 0};
        try (var client = acme()) {
            client.send(Command.COM_STMT_PREPARE, "DO 1".getBytes(StandardCharsets.UTF_8));
            client.send(Command.COM_STMT_EXECUTE, last);
            assertThat(client.next()[0]).as("prepared").isZero();
            assertThat(client.next()[0]).as("executed").isZero();
            client.send(Command.COM_STMT_PREPARE, "SELEC".getBytes(StandardCharsets.UTF_8));
            client.send(Command.COM_STMT_EXECUTE, last);
            assertThat(Err.of(client.next())).isEqualTo(new Err(1064, "42000"));
            assertThat(Err.of(client.next())).isEqualTo(new Err(1243, "HY000"));
            stays(client);
        }
    }

    @Test
    void aFetchWithoutCursorAndAShortExecutionLeaveTheConnection() throws IOException {
        try (var client = acme()) {
            int id = client.command(Command.COM_STMT_PREPARE, "SELECT ?".getBytes(StandardCharsets.UTF_8))
                    .statementId();
            var fetch = Unpooled.buffer().writeIntLE(id).writeIntLE(1);
            client.send(Command.COM_STMT_FETCH, io.netty.buffer.ByteBufUtil.getBytes(fetch));
            assertThat(Err.of(client.next())).isEqualTo(new Err(1421, "HY000"));
            var execute = Unpooled.buffer().writeIntLE(id).writeByte(0);
            client.send(Command.COM_STMT_EXECUTE, io.netty.buffer.ByteBufUtil.getBytes(execute));
            assertThat(Err.of(client.next())).isEqualTo(new Err(1835, "HY000"));
            var withoutNulls = Unpooled.buffer().writeIntLE(id).writeByte(0).writeIntLE(1);
            client.send(Command.COM_STMT_EXECUTE, io.netty.buffer.ByteBufUtil.getBytes(withoutNulls));
            assertThat(Err.of(client.next())).isEqualTo(new Err(1210, "HY000"));
            // A BIGINT of which four bytes are missing.
            var cutOff = Unpooled.buffer()
                    .writeIntLE(id)
                    .writeByte(0)
                    .writeIntLE(1)
                    .writeByte(0)
                    .writeByte(1)
                    .writeShortLE(8)
                    .writeIntLE(7);
            client.send(Command.COM_STMT_EXECUTE, io.netty.buffer.ByteBufUtil.getBytes(cutOff));
            assertThat(Err.of(client.next())).isEqualTo(new Err(1835, "HY000"));
            stays(client);
        }
    }

    @Test
    void oneStatementTooManyIsNotPrepared() throws IOException {
        try (var client = acme()) {
            byte[] sql = "SELECT ?".getBytes(StandardCharsets.UTF_8);
            assertThat(client.command(Command.COM_STMT_PREPARE, sql).isError()).isFalse();
            int second = client.command(Command.COM_STMT_PREPARE, sql).statementId();
            client.send(Command.COM_STMT_PREPARE, sql);
            assertThat(Err.of(client.next())).isEqualTo(new Err(1461, "42000"));
            client.send(
                    Command.COM_STMT_CLOSE,
                    io.netty.buffer.ByteBufUtil.getBytes(Unpooled.buffer().writeIntLE(second)));
            assertThat(client.command(Command.COM_STMT_PREPARE, sql).isError()).isFalse();
            stays(client);
        }
    }

    @Test
    void oneStatementTooManyOfATenantIsNotPreparedUntilAnotherSessionGivesSomeBack() throws IOException {
        byte[] sql = "SELECT ?".getBytes(StandardCharsets.UTF_8);
        try (var client = acme()) {
            try (var other = acme()) {
                assertThat(client.command(Command.COM_STMT_PREPARE, sql).isError())
                        .isFalse();
                assertThat(other.command(Command.COM_STMT_PREPARE, sql).isError())
                        .isFalse();
                assertThat(other.command(Command.COM_STMT_PREPARE, sql).isError())
                        .isFalse();
                client.send(Command.COM_STMT_PREPARE, sql);
                byte[] refusal = client.next();
                assertThat(Err.of(refusal)).isEqualTo(new Err(1461, "42000"));
                assertThat(new String(refusal, StandardCharsets.UTF_8))
                        .contains("limits.prepared_statements_per_tenant");
                stays(client);
                int port = fleet.gateway().mysqlAddress().getPort();
                try (var globex = RawClient.connect(port, "globex", fleet.password("globex"), "globex", CAPABILITIES)) {
                    assertThat(globex.command(Command.COM_STMT_PREPARE, sql).isError())
                            .as("another tenant has its own")
                            .isFalse();
                }
                other.command(Command.COM_RESET_CONNECTION, new byte[0]);
            }
            assertThat(client.command(Command.COM_STMT_PREPARE, sql).isError()).isFalse();
        }
    }

    @Test
    void whoGetsNoConnectionInTimeIsToldWhichLimitThatIs() throws IOException {
        var holders = new ArrayList<RawClient>();
        try (var client = acme()) {
            for (int i = 0; i < BACKENDS; i++) {
                var holder = acme();
                holders.add(holder);
                holder.send(Command.COM_QUERY, "SELECT SLEEP(20)".getBytes(StandardCharsets.UTF_8));
            }
            var reply = client.query("SELECT 1 + 1 FROM information_schema.schemata LIMIT 1");
            for (int i = 0; i < 100 && !reply.isError(); i++) {
                // The holders' statements were on their way still.
                reply = client.query("SELECT 1 + 1 FROM information_schema.schemata LIMIT 1");
            }
            assertThat(Err.of(reply.payloads().get(0))).isEqualTo(new Err(1203, "42000"));
            assertThat(new String(reply.payloads().get(0), StandardCharsets.UTF_8))
                    .contains("pool");
            for (var holder : holders) {
                holder.close();
            }
            holders.clear();
            assertThat(awaitValue(client, "SELECT 6")).isEqualTo("6");
        } finally {
            for (var holder : holders) {
                holder.close();
            }
        }
    }

    private static String awaitValue(RawClient client, String sql) throws IOException {
        for (int i = 0; i < 100; i++) {
            var reply = client.query(sql);
            if (!reply.isError()) {
                return reply.value();
            }
        }
        return null;
    }

    @Test
    void aTransactionOfASilentClientEndsWithItsConnection() throws IOException {
        try (var client = acme()) {
            client.query("CREATE TABLE IF NOT EXISTS silent (id INT)");
            client.query("BEGIN");
            client.query("INSERT INTO silent VALUES (1)");
            assertThat(Err.of(client.next())).isEqualTo(new Err(4031, "HY000"));
            assertThat(client.isAtEnd()).isTrue();
        }
        try (var client = acme()) {
            assertThat(client.query("SELECT COUNT(*) FROM silent").value()).isEqualTo("0");
        }
    }

    @Test
    void theTimeOfAStatementIsToldToTheShard() throws IOException {
        try (var client = acme()) {
            boolean isMySql = Fleet.isMySql();
            assertThat(client.query(isMySql ? "SELECT @@max_execution_time" : "SELECT @@max_statement_time")
                            .value())
                    .as("a second more than the gateway's own, which can say where the time went")
                    .isEqualTo(isMySql ? "61000" : "61.000000");
        }
    }

    @Test
    void aConnectionTooManyIsRefusedInPlaceOfTheGreeting() throws IOException {
        var open = new ArrayList<Socket>();
        try {
            byte[] first = new byte[] {10};
            for (int i = 0; i <= MAX_CONNECTIONS && (first[0] & 0xFF) != 0xFF; i++) {
                var socket = new Socket(
                        InetAddress.getLoopbackAddress(),
                        fleet.gateway().mysqlAddress().getPort());
                open.add(socket);
                socket.setSoTimeout(20_000);
                first = RawClient.readPayload(new DataInputStream(socket.getInputStream()));
            }
            assertThat(Err.of(first).errno()).isEqualTo(1040);
        } finally {
            for (var socket : open) {
                socket.close();
            }
        }
    }
}
