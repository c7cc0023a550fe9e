// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.testing.RawClient;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.Limits;
import com.workersql.server.config.PoolConfig;
import com.workersql.server.config.StatementsConfig;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of the map of errors that only a client of its own making meets: what is malformed, unknown, too much or too late. */
class WireErrorMapIT {
    private static final int MAX_PACKET_BYTES = 64 * 1024;
    private static final int MAX_CONNECTIONS = 20;
    private static final int BACKENDS = 2;
    private static final long CAPABILITIES = CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_CONNECT_WITH_DB
            | CapabilityFlags.CLIENT_DEPRECATE_EOF;

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(WireErrorMapIT::narrow);
    }

    private static GatewayConfig narrow(GatewayConfig config) {
        var first = config.shards().get(0);
        var shards = new ArrayList<>(config.shards());
        shards.set(0, Fleet.with(first, first.endpoints(), BACKENDS));
        return config.toBuilder()
                .shards(shards)
                .pool(PoolConfig.of(Map.of(PoolConfig.WAIT_MILLIS, 300L)))
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

    private static RawClient acme() throws IOException {
        return acme(CAPABILITIES);
    }

    private static RawClient acme(long capabilities) throws IOException {
        int port = fleet.gateway().mysqlAddress().getPort();
        return RawClient.connect(port, "acme", fleet.password("acme"), "acme", capabilities);
    }

    private static void stays(RawClient client) throws IOException {
        assertThat(client.query("SELECT 5").value()).as("the connection stays").isEqualTo("5");
    }

    private record Err(int errno, String sqlState) {
        static Err of(byte[] payload) {
            assertThat(payload[0] & 0xFF).isEqualTo(0xFF);
            String text = new String(payload, 3, payload.length - 3, StandardCharsets.UTF_8);
            return new Err(
                    (payload[1] & 0xFF) | (payload[2] & 0xFF) << 8, text.startsWith("#") ? text.substring(1, 6) : "");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a response of three bytes          | 0d8200                                                           | 1043
            a request for TLS where is none    | 0daa0a0000000001210000000000000000000000000000000000000000000000 | 1043
            a command in place of the response | 0353454c4543542031                                               | 1043
            a user without an end              | 0d820a00000000012100000000000000000000000000000000000000000000006163 | 1043
            """)
    void refusesALoginThatIsMalformed(String row, String hex, int errno) throws IOException {
        try (var socket = new Socket(
                InetAddress.getLoopbackAddress(), fleet.gateway().mysqlAddress().getPort())) {
            socket.setSoTimeout(20_000);
            var in = new DataInputStream(socket.getInputStream());
            RawClient.readPayload(in);
            var out = Unpooled.buffer();
            PacketEncoder.write(
                    out, 1, Unpooled.wrappedBuffer(java.util.HexFormat.of().parseHex(hex)));
            out.readBytes(socket.getOutputStream(), out.readableBytes());
            assertThat(Err.of(RawClient.readPayload(in))).as(row).isEqualTo(new Err(errno, "08S01"));
            assertThat(in.read()).as("closed").isEqualTo(-1);
        }
    }

    @Test
    void refusesASecondResponseInThePlaceOfTheProofThatWasAskedFor() throws IOException {
        try (var socket = new Socket(
                InetAddress.getLoopbackAddress(), fleet.gateway().mysqlAddress().getPort())) {
            socket.setSoTimeout(20_000);
            var in = new DataInputStream(socket.getInputStream());
            RawClient.readPayload(in);
            socket.getOutputStream().write(RawClient.response(CAPABILITIES, "acme", new byte[0]));
            assertThat(RawClient.readPayload(in)[0] & 0xFF)
                    .as("asked for the proof of another plugin")
                    .isEqualTo(0xFE);
            byte[] second = RawClient.response(CAPABILITIES, "globex", new byte[0]);
            second[3] = 3;
            socket.getOutputStream().write(second);
            assertThat(Err.of(RawClient.readPayload(in))).isEqualTo(new Err(1043, "08S01"));
            assertThat(in.read()).as("closed").isEqualTo(-1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            HTTP      | 474554202f20485454502f312e310d0a486f73743a20780d0a0d0a
            TLS       | 16030100c4010000c00303aabbccddeeff00112233445566778899aabbccddeeff
            """)
    void anotherProtocolOnItsPortIsAPacketOutOfOrder(String protocol, String hex) throws IOException {
        try (var socket = new Socket(
                InetAddress.getLoopbackAddress(), fleet.gateway().mysqlAddress().getPort())) {
            socket.setSoTimeout(20_000);
            var in = new DataInputStream(socket.getInputStream());
            RawClient.readPayload(in);
            socket.getOutputStream().write(java.util.HexFormat.of().parseHex(hex));
            assertThat(Err.of(RawClient.readPayload(in))).as(protocol).isEqualTo(new Err(1156, "08S01"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"globex", "nothing"})
    void aSchemaOfSomebodyElseIsRefusedAsOneThatThereIsNot(String schema) throws IOException {
        try (var client = acme()) {
            client.send(Command.COM_INIT_DB, schema.getBytes(StandardCharsets.UTF_8));
            assertThat(Err.of(client.next())).isEqualTo(new Err(1044, "42000"));
            client.send(Command.COM_QUERY, ("USE " + schema).getBytes(StandardCharsets.UTF_8));
            assertThat(Err.of(client.next())).isEqualTo(new Err(1044, "42000"));
            stays(client);
        }
    }

    @Test
    void whoIsUnknownGetsTheWordsOfWhoHasAWrongPassword() throws IOException {
        var said = new ArrayList<String>();
        for (String user : List.of("acme", "noop")) {
            try (var socket = new Socket(
                    InetAddress.getLoopbackAddress(),
                    fleet.gateway().mysqlAddress().getPort())) {
                socket.setSoTimeout(20_000);
                var in = new DataInputStream(socket.getInputStream());
                RawClient.readPayload(in);
                socket.getOutputStream().write(RawClient.response(CAPABILITIES, user, new byte[20]));
                byte[] asked = RawClient.readPayload(in);
                // But for the salt, which is another one each time.
                String exchange = new String(asked, 0, asked.length - 21, StandardCharsets.ISO_8859_1);
                socket.getOutputStream().write(packet(3, new byte[32]));
                byte[] answer = RawClient.readPayload(in);
                while ((answer[0] & 0xFF) == 1) {
                    exchange += java.util.HexFormat.of().formatHex(answer);
                    socket.getOutputStream().write(packet(5, new byte[256]));
                    answer = RawClient.readPayload(in);
                }
                assertThat(Err.of(answer)).isEqualTo(new Err(1045, "28000"));
                said.add(exchange + new String(answer, StandardCharsets.UTF_8).replace(user, "USER"));
            }
        }
        assertThat(said.get(0)).isEqualTo(said.get(1));
    }

    @Test
    void aPacketOutOfOrderEndsTheConnection() throws IOException {
        try (var client = acme()) {
            client.sendRaw(packet(5, new byte[] {Command.COM_QUERY, 'D', 'O', ' ', '1'}));
            assertThat(Err.of(client.next())).isEqualTo(new Err(1156, "08S01"));
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void aPacketThatIsTooLargeEndsTheConnection() throws IOException {
        try (var client = acme()) {
            client.sendRaw(packet(0, new byte[MAX_PACKET_BYTES + 1]));
            assertThat(Err.of(client.next())).isEqualTo(new Err(1153, "08S01"));
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void aCompressedPacketThatLiesEndsTheConnection() throws Exception {
        try (var client = acme(CAPABILITIES | CapabilityFlags.CLIENT_COMPRESS)) {
            assertThat(client.capabilities().has(CapabilityFlags.CLIENT_COMPRESS))
                    .isTrue();
            // Five bytes that are said to become a hundred, and are no zlib stream.
            client.sendRaw(new byte[] {5, 0, 0, 0, 100, 0, 0, 1, 2, 3, 4, 5});
            byte[] packet = uncompressed(client.toTheEnd());
            assertThat(Err.of(java.util.Arrays.copyOfRange(packet, 4, packet.length)))
                    .isEqualTo(new Err(1157, "08S01"));
        }
    }

    /** The content of the one compressed packet that an answer is. */
    private static byte[] uncompressed(byte[] answer) throws Exception {
        int length = Unpooled.wrappedBuffer(answer).getUnsignedMediumLE(4);
        byte[] content = java.util.Arrays.copyOfRange(answer, 7, answer.length);
        if (length == 0) {
            return content;
        }
        var inflater = new java.util.zip.Inflater();
        try {
            inflater.setInput(content);
            byte[] inflated = new byte[length];
            assertThat(inflater.inflate(inflated)).isEqualTo(length);
            return inflated;
        } finally {
            inflater.end();
        }
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                Command.COM_SLEEP,
                Command.COM_SHUTDOWN,
                Command.COM_DEBUG,
                Command.COM_BINLOG_DUMP,
                Command.COM_BINLOG_DUMP_GTID,
                Command.COM_REGISTER_SLAVE,
                Command.COM_TABLE_DUMP,
                Command.COM_CREATE_DB,
                Command.COM_CONNECT,
                Command.COM_DELAYED_INSERT,
                0x7F
            })
    void aCommandThatIsNotServedLeavesTheConnection(int code) throws IOException {
        try (var client = acme()) {
            client.send(code, new byte[12]);
            assertThat(Err.of(client.next())).isEqualTo(new Err(1047, "08S01"));
            stays(client);
        }
    }

    @Test
    void anEmptyCommandLeavesTheConnection() throws IOException {
        try (var client = acme()) {
            client.sendRaw(packet(0, new byte[0]));
            assertThat(Err.of(client.next())).isEqualTo(new Err(1047, "08S01"));
            stays(client);
        }
    }

    @Test
    void anOptionThatThereIsNotAndAShortChangeOfUserLeaveTheConnection() throws IOException {
        try (var client = acme()) {
            client.send(Command.COM_SET_OPTION, new byte[] {9, 0});
            assertThat(Err.of(client.next())).isEqualTo(new Err(1047, "08S01"));
            client.send(Command.COM_CHANGE_USER, new byte[] {'a'});
            assertThat(Err.of(client.next())).isEqualTo(new Err(1047, "08S01"));
            stays(client);
        }
    }

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

    private static byte[] packet(int sequenceId, byte[] payload) {
        var out = Unpooled.buffer();
        PacketEncoder.write(out, sequenceId, Unpooled.wrappedBuffer(payload));
        return io.netty.buffer.ByteBufUtil.getBytes(out);
    }

    @Test
    void everyRefusalHereLeavesOthersAlone() throws IOException {
        var clients = new ArrayList<RawClient>();
        for (int i = 0; i < 3; i++) {
            clients.add(acme());
        }
        for (var client : List.copyOf(clients)) {
            client.sendRaw(packet(9, new byte[] {Command.COM_PING}));
            assertThat(Err.of(client.next()).errno()).isEqualTo(1156);
            clients.remove(client);
            for (var other : clients) {
                stays(other);
            }
            client.close();
        }
    }
}
