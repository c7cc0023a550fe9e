// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.testing.RawClient;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of the map of errors that only a client of its own making meets: logins, packets and commands that are malformed or unknown. */
class WireErrorMapIT extends NarrowGateway {
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
