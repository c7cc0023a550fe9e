// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients whose packets are none, lie of their lengths or come in pieces, over real sockets. */
class RogueClientTest extends RogueClients {
    /** P1: a declared length reserves nothing: neither before authentication nor behind it, however many peers do it. */
    @Test
    void p1reservesNothingForADeclaredLength() throws IOException {
        List<RogueClient> peers = new ArrayList<>();
        int count = 5 * SCALE;
        for (int i = 0; i < count; i++) {
            RogueClient tooLong = connect();
            tooLong.receive();
            tooLong.send(new byte[] {-1, -1, -1, 1, 0});
            assertThat(tooLong.receiveErr().errno()).isEqualTo(1153);
            assertThat(tooLong.isClosed()).isTrue();
            tooLong.close();
            RogueClient silent = connect();
            silent.receive();
            silent.send(new byte[] {0, 0x3F, 0, 1, 0});
            peers.add(silent);
            RogueClient inside = RogueClient.loggedIn(server.port());
            inside.send(new byte[] {-1, -1, -1, 0, 3});
            peers.add(inside);
        }
        // Each has been read when a good client that came later is answered by the one event loop.
        try (RogueClient good = RogueClient.loggedIn(server.port())) {
            good.send(PING);
            good.receiveOk();
        }
        assertThat(server.heldBytes()).isLessThan(peers.size() * 16L * 1024 + 256 * 1024);
        for (int i = 0; i < peers.size(); i += 2) {
            assertThat(peers.get(i).isClosed())
                    .as("closed after the time of a handshake")
                    .isTrue();
        }
        for (RogueClient peer : peers) {
            peer.close();
        }
    }

    /** P2, T33: responses that break their own grammar. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing behind the fixed part
                "64656d6f", // a name without its NUL
                "64656d6f00", // no authentication data
                "64656d6f00ff01", // longer than the rest
                "64656d6f0001", // cut off
                "64656d6f0000" + "6e616d65", // a plugin without its NUL
                "ff00000070006100", // a name that is no UTF-8
            })
    void t33p2refusesResponsesThatBreakTheirGrammar(String tail) throws IOException {
        ByteBuf payload = Unpooled.buffer();
        new SslRequest(RogueClient.CAPABILITIES, 1 << 24, 65535).encode(payload, RogueClient.CAPABILITIES);
        payload.writeBytes(ByteBufUtil.decodeHexDump(tail));
        try (RogueClient client = connect()) {
            client.receive();
            client.send(RogueClient.packet(1, ByteBufUtil.getBytes(payload)));

            assertThat(client.receiveErr().errno()).isEqualTo(1043);
            assertThat(client.isClosed()).isTrue();
        }
    }

    /** P2: a COM_CHANGE_USER that cannot be read is no command, and the session goes on. */
    @ParameterizedTest
    @ValueSource(strings = {"11", "1175", "117500", "117500ff", "11750001", "11750000", "1175000078"})
    void p2answersACutOffChangeOfTheUserBy1047(String payload) throws IOException {
        try (RogueClient client = RogueClient.loggedIn(server.port())) {
            client.send(RogueClient.packet(0, ByteBufUtil.decodeHexDump(payload)), PING);

            assertThat(client.receiveErr().errno()).isEqualTo(1047);
            assertThat(client.receiveOk().statusFlags()).isEqualTo(2);
        }
    }

    /** P3: statements around 16 MB, with and without an empty packet at their end, arrive as they were sent. */
    @ParameterizedTest
    @ValueSource(ints = {0xFF_FFFE, 0xFF_FFFF, 0x100_0000, 2 * 0xFF_FFFF})
    void p3joinsPacketsOfSixteenMegabytes(int payloadBytes) throws IOException {
        byte[] payload = new byte[payloadBytes];
        new Random(payloadBytes).nextBytes(payload);
        payload[0] = 3;
        payload[payloadBytes - 1] = 1;
        CRC32 crc = new CRC32();
        crc.update(payload, 1, payloadBytes - 1);
        try (RogueClient client = RogueClient.loggedIn(server.port())) {
            client.send(RogueClient.packet(0, payload));

            Ok ok = client.receiveOk();
            assertThat(ok.affectedRows()).isEqualTo(payloadBytes - 1);
            assertThat(ok.lastInsertId()).isEqualTo(crc.getValue());
        }
    }

    @Test
    void p3refusesMoreThanIsAllowedByTheHeaderThatSaysSo() throws IOException {
        try (RogueClient client = RogueClient.loggedIn(server.port())) {
            byte[] full = RogueClient.packet(0, new byte[0xFF_FFFF]);
            byte[] twoFull = Arrays.copyOf(full, full.length - 4);
            client.send(twoFull);
            twoFull[3] = 1;
            client.send(twoFull);
            client.send(new byte[] {-1, -1, -1, 2});

            assertThat(client.receiveErr().errno()).isEqualTo(1153);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void p3numbersPacketsOfOneReplyFrom255To0() throws IOException {
        try (RogueClient client = RogueClient.loggedIn(server.port())) {
            client.send(RogueClient.query("rows 600"));
            for (int packet = 1; packet <= 603; packet++) {
                client.receive();
                assertThat(client.lastSequenceId()).isEqualTo(packet & 0xFF);
            }
        }
    }

    /** P4: lengths that lie, or are no lengths. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "fb",
                "ff",
                "fcffff",
                "fdffffff",
                "feffffffffffffffff",
                "fe0000008000000000",
                "feffffffff00000000",
                "fe0000000000000080",
                "fc",
                "fe01"
            })
    void p4refusesLengthsWithoutTheirBytes(String length) throws IOException {
        ByteBuf payload = Unpooled.buffer();
        var lenenc = RogueClient.CAPABILITIES.with(CapabilityFlags.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA);
        new SslRequest(lenenc, 1 << 24, 45).encode(payload, lenenc);
        payload.writeBytes(ByteBufUtil.decodeHexDump("64656d6f00" + length));
        try (RogueClient client = connect()) {
            client.receive();
            client.send(RogueClient.packet(1, ByteBufUtil.getBytes(payload)));

            assertThat(client.receiveErr().errno()).isEqualTo(1043);
        }
    }

    /** P6: a conversation cut in two at every byte, and in one segment, is answered the same. */
    @Test
    void p6answersTheSameAtEverySplit() throws IOException {
        byte[] conversation = ByteBufUtil.getBytes(Unpooled.wrappedBuffer(
                RogueClient.response("open", Bytes.EMPTY, CachingSha2Password.PLUGIN),
                PING,
                RogueClient.query("rows 3"),
                RogueClient.packet(0, new byte[] {0x7F}),
                RogueClient.query("select 1"),
                RogueClient.packet(0, new byte[] {1})));
        String expected = null;
        for (int split = 0; split < conversation.length; split++) {
            try (RogueClient client = connect()) {
                client.receive();
                client.send(Arrays.copyOf(conversation, split));
                client.send(Arrays.copyOfRange(conversation, split, conversation.length));
                StringBuilder heard = new StringBuilder();
                for (ByteBuf payload = client.receive(); payload != null; payload = client.receive()) {
                    heard.append(client.lastSequenceId())
                            .append(ByteBufUtil.hexDump(payload))
                            .append(' ');
                }
                expected = expected == null ? heard.toString() : expected;
                assertThat(heard).as("split at %s", split).hasToString(expected);
            }
        }
        assertThat(expected.split(" ", -1)).hasSize(1 + 1 + 6 + 1 + 1 + 1);
    }

    /** R1: other protocols are told so, and closed. */
    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001\u0000\u00a5\u0001", "SSH-2.0-x\r\n"})
    void r1refusesOtherProtocols(String bytes) throws IOException {
        try (RogueClient client = connect()) {
            client.receive();
            client.send(bytes.getBytes(StandardCharsets.ISO_8859_1));

            assertThat(client.receiveErr().errno()).isIn(1153, 1156);
            assertThat(client.isClosed()).isTrue();
        }
    }

    /** A wrong sequence id in the command phase ends the connection. */
    @Test
    void refusesAWrongSequenceId() throws IOException {
        try (RogueClient client = RogueClient.loggedIn(server.port())) {
            ByteBuf out = Unpooled.buffer();
            PacketEncoder.write(out, 5, Unpooled.wrappedBuffer(new byte[] {14}));
            client.send(ByteBufUtil.getBytes(out));

            assertThat(client.receiveErr().errno()).isEqualTo(1156);
            assertThat(client.isClosed()).isTrue();
        }
    }
}
