// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients that mean no good, over real sockets. By default a thousandth of the tries of the full suite; all of them with
 * {@code -Dworkersql.rogue.scale=1000}.
 */
class RogueClientTest {
    private static final int SCALE = Integer.getInteger("workersql.rogue.scale", 1);
    private static final byte[] PASSWORD = "secret".getBytes(StandardCharsets.UTF_8);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final RsaKeyPair KEYS = RsaKeyPair.generate();
    private static final byte[] PING = {1, 0, 0, 0, 14};
    private static final Map<String, PasswordVerifier> USERS = Map.of(
            "open", PasswordVerifier.parse(""),
            "mysql_native_password", PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD)),
            "caching_sha2_password", PasswordVerifier.parse(PasswordVerifier.hashCachingSha2(PASSWORD, RANDOM)),
            "client_ed25519", PasswordVerifier.Ed25519.ofPassword(PASSWORD),
            "parsec", PasswordVerifier.Parsec.ofPassword(PASSWORD, RANDOM),
            "sha256_password", PasswordVerifier.parse("$5$abcdefghijklmnopqrst$" + "x".repeat(43)));

    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private final CredentialStore store = (user, schema, peer) -> {
        asked.add(user);
        return USERS.containsKey(user) ? Credential.of(USERS.get(user), null) : null;
    };
    private final CommandServer server = new CommandServer(
            ServerHandshakeConfig.builder().rsaKeys(KEYS).timeoutMillis(1500).build(), store, null);

    /** INV-6: nothing is left behind, nothing has reached the end of a pipeline, and the next client is served. */
    @AfterEach
    void theServerIsAsBefore() throws IOException {
        try (RawClient good = RawClient.loggedIn(server.port())) {
            good.send(PING);
            assertThat(good.receiveOk().statusFlags()).isEqualTo(2);
        }
        server.close();
        assertThat(server.faults).isEmpty();
        assertThat(server.heldBytes()).as("bytes that are still held").isZero();
    }

    private RawClient connect() throws IOException {
        return new RawClient(server.port());
    }

    /** A1: commands in the segment of a bad response, and behind the refusal, are never executed; by every plugin. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mysql_native_password",
                "caching_sha2_password",
                "client_ed25519",
                "parsec",
                "sha256_password",
                "nobody"
            })
    void a1executesNothingBehindAFailedAuthentication(String user) throws IOException {
        for (int i = 0; i < 17 * SCALE; i++) {
            try (RawClient client = connect()) {
                client.receive();
                byte[] wrong = RawClient.response(user, Bytes.of(new byte[20]), NativePassword.PLUGIN);
                client.send(wrong, PING, RawClient.query("drop table t"));
                client.sendToWhoMayBeGone(PING, RawClient.packet(3, new byte[32]), PING);
                Err last = null;
                for (ByteBuf payload = client.receive(); payload != null; payload = client.receive()) {
                    last = payload.getUnsignedByte(0) == Err.HEADER
                            ? Err.decode(payload, RawClient.CAPABILITIES)
                            : last;
                }
                if (last != null) {
                    assertThat(last.errno()).isIn(1045, 1043, 1156);
                }
            }
        }
        assertThat(server.executed).hasValue(0);
    }

    /** A2, A3: no wrong response is ever taken, whatever its length. */
    @Test
    void a2a3acceptsNoWrongResponse() throws IOException {
        Random random = new Random(2);
        int[] lengths = {0, 1, 19, 20, 21, 32, 255};
        for (int i = 0; i < 21 * SCALE; i++) {
            byte[] answer = new byte[lengths[i % lengths.length]];
            random.nextBytes(answer);
            try (RawClient client = connect()) {
                client.receive();
                client.send(RawClient.response("mysql_native_password", Bytes.of(answer), NativePassword.PLUGIN));

                assertThat(client.receiveErr().errno()).isEqualTo(1045);
                assertThat(client.isClosed()).isTrue();
            }
        }
    }

    /** A4: what an unknown user hears is what a known one with a wrong password hears, but for the name. */
    @Test
    void a4tellsNobodyWhichUsersThereAre() throws IOException {
        List<String> heard = new ArrayList<>();
        for (String user : List.of("caching_sha2_password", "nobodynobodynobodyno")) {
            try (RawClient client = connect()) {
                client.receive();
                client.send(RawClient.response(user, Bytes.of(new byte[32]), CachingSha2Password.PLUGIN));
                String first = ByteBufUtil.hexDump(client.receive());
                client.send(RawClient.packet(3, new byte[256]));
                Err err = client.receiveErr();
                heard.add(first + " " + err.errno() + err.sqlState()
                        + err.message().replace(user, "USER") + client.isClosed());
            }
        }
        assertThat(heard.get(1)).isEqualTo(heard.get(0));
    }

    /** A5: each change of the user brings another salt, and the first wrong password ends the connection. */
    @Test
    void a5asksForAnotherSaltEachTimeAndClosesAtTheFirstFailure() throws IOException {
        Set<Bytes> salts = new HashSet<>();
        int changes = 200 * SCALE;
        try (RawClient client = RawClient.loggedIn(server.port())) {
            for (int i = 0; i < changes; i++) {
                client.send(changeUser("mysql_native_password"));
                Bytes salt = AuthSwitchRequest.decode(client.receive(), RawClient.CAPABILITIES)
                        .data();
                salts.add(salt);
                client.send(RawClient.packet(
                        2, NativePassword.response(PASSWORD, salt).toArray()));
                client.receiveOk();
            }
            assertThat(salts).hasSize(changes);
            client.send(changeUser("mysql_native_password"));
            client.receive();
            client.send(RawClient.packet(2, new byte[20]));

            assertThat(client.receiveErr().errno()).isEqualTo(1045);
            assertThat(client.isClosed()).isTrue();
        }
    }

    private static byte[] changeUser(String user) {
        ByteBuf out = Unpooled.buffer();
        new ChangeUser(user, Bytes.of(new byte[20]), null, 45, NativePassword.PLUGIN, Map.of())
                .encodePacket(out, 0, RawClient.CAPABILITIES);
        return ByteBufUtil.getBytes(out);
    }

    /** A6: 20 bytes without NUL and '$', evenly spread, never the same. */
    @Test
    void a6greetsWithGoodSalts() throws IOException {
        int greetings = 1000 * SCALE;
        Set<Bytes> salts = new HashSet<>();
        int[] counts = new int[256];
        for (int i = 0; i < greetings; i++) {
            try (RawClient client = connect()) {
                Bytes salt = client.receiveSalt();
                assertThat(salt.length()).isEqualTo(20);
                salts.add(salt);
                for (byte b : salt.toArray()) {
                    counts[b & 0xFF]++;
                }
            }
        }
        double expected = greetings * 20 / 126.0;
        double chiSquare = 0;
        for (int value = 0; value < 256; value++) {
            boolean used = value >= 1 && value <= 127 && value != '$';
            assertThat(counts[value] > 0).as("byte %s", value).isEqualTo(used);
            chiSquare += used ? (counts[value] - expected) * (counts[value] - expected) / expected : 0;
        }
        // 125 degrees of freedom: one run in 10^9 is beyond 236.
        assertThat(chiSquare).isLessThan(236);
        assertThat(salts).hasSize(greetings);
    }

    /** P1: a declared length reserves nothing: neither before authentication nor behind it, however many peers do it. */
    @Test
    void p1reservesNothingForADeclaredLength() throws IOException {
        List<RawClient> peers = new ArrayList<>();
        int count = 5 * SCALE;
        for (int i = 0; i < count; i++) {
            RawClient tooLong = connect();
            tooLong.receive();
            tooLong.send(new byte[] {-1, -1, -1, 1, 0});
            assertThat(tooLong.receiveErr().errno()).isEqualTo(1153);
            assertThat(tooLong.isClosed()).isTrue();
            tooLong.close();
            RawClient silent = connect();
            silent.receive();
            silent.send(new byte[] {0, 0x3F, 0, 1, 0});
            peers.add(silent);
            RawClient inside = RawClient.loggedIn(server.port());
            inside.send(new byte[] {-1, -1, -1, 0, 3});
            peers.add(inside);
        }
        // Each has been read when a good client that came later is answered by the one event loop.
        try (RawClient good = RawClient.loggedIn(server.port())) {
            good.send(PING);
            good.receiveOk();
        }
        assertThat(server.heldBytes()).isLessThan(peers.size() * 16L * 1024 + 256 * 1024);
        for (int i = 0; i < peers.size(); i += 2) {
            assertThat(peers.get(i).isClosed())
                    .as("closed after the time of a handshake")
                    .isTrue();
        }
        for (RawClient peer : peers) {
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
        new SslRequest(RawClient.CAPABILITIES, 1 << 24, 65535).encode(payload, RawClient.CAPABILITIES);
        payload.writeBytes(ByteBufUtil.decodeHexDump(tail));
        try (RawClient client = connect()) {
            client.receive();
            client.send(RawClient.packet(1, ByteBufUtil.getBytes(payload)));

            assertThat(client.receiveErr().errno()).isEqualTo(1043);
            assertThat(client.isClosed()).isTrue();
        }
    }

    /** P2: a COM_CHANGE_USER that cannot be read is no command, and the session goes on. */
    @ParameterizedTest
    @ValueSource(strings = {"11", "1175", "117500", "117500ff", "11750001", "11750000", "1175000078"})
    void p2answersACutOffChangeOfTheUserBy1047(String payload) throws IOException {
        try (RawClient client = RawClient.loggedIn(server.port())) {
            client.send(RawClient.packet(0, ByteBufUtil.decodeHexDump(payload)), PING);

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
        try (RawClient client = RawClient.loggedIn(server.port())) {
            client.send(RawClient.packet(0, payload));

            Ok ok = client.receiveOk();
            assertThat(ok.affectedRows()).isEqualTo(payloadBytes - 1);
            assertThat(ok.lastInsertId()).isEqualTo(crc.getValue());
        }
    }

    @Test
    void p3refusesMoreThanIsAllowedByTheHeaderThatSaysSo() throws IOException {
        try (RawClient client = RawClient.loggedIn(server.port())) {
            byte[] full = RawClient.packet(0, new byte[0xFF_FFFF]);
            byte[] twoFull = java.util.Arrays.copyOf(full, full.length - 4);
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
        try (RawClient client = RawClient.loggedIn(server.port())) {
            client.send(RawClient.query("rows 600"));
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
        var lenenc = RawClient.CAPABILITIES.with(
                com.workersql.protocol.CapabilityFlags.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA);
        new SslRequest(lenenc, 1 << 24, 45).encode(payload, lenenc);
        payload.writeBytes(ByteBufUtil.decodeHexDump("64656d6f00" + length));
        try (RawClient client = connect()) {
            client.receive();
            client.send(RawClient.packet(1, ByteBufUtil.getBytes(payload)));

            assertThat(client.receiveErr().errno()).isEqualTo(1043);
        }
    }

    /** P6: a conversation cut in two at every byte, and in one segment, is answered the same. */
    @Test
    void p6answersTheSameAtEverySplit() throws IOException {
        byte[] conversation = ByteBufUtil.getBytes(Unpooled.wrappedBuffer(
                RawClient.response("open", Bytes.EMPTY, CachingSha2Password.PLUGIN),
                PING,
                RawClient.query("rows 3"),
                RawClient.packet(0, new byte[] {0x7F}),
                RawClient.query("select 1"),
                RawClient.packet(0, new byte[] {1})));
        String expected = null;
        for (int split = 0; split < conversation.length; split++) {
            try (RawClient client = connect()) {
                client.receive();
                client.send(java.util.Arrays.copyOf(conversation, split));
                client.send(java.util.Arrays.copyOfRange(conversation, split, conversation.length));
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

    /** P7: a name is an error or reaches the store exactly as it was sent. */
    @Test
    void p7passesNamesExactlyOrNotAtAll() throws IOException {
        long seed = 7;
        Random random = new Random(seed);
        for (int i = 0; i < 300 * SCALE; i++) {
            int most = 1 << random.nextInt(17);
            byte[] name = new byte[random.nextInt(most)];
            random.nextBytes(name);
            if (random.nextBoolean()) {
                String text = new String(name, StandardCharsets.ISO_8859_1).replace('\0', 'x');
                name = text.getBytes(StandardCharsets.UTF_8);
            }
            ByteBuf payload = Unpooled.buffer();
            new SslRequest(RawClient.CAPABILITIES, 1 << 24, 0).encode(payload, RawClient.CAPABILITIES);
            payload.writeBytes(name).writeBytes(new byte[] {0, 0});
            payload.writeBytes("mysql_native_password\0".getBytes(StandardCharsets.US_ASCII));
            asked.clear();
            try (RawClient client = connect()) {
                client.receive();
                client.sendToWhoMayBeGone(RawClient.packet(1, ByteBufUtil.getBytes(payload)));
                ByteBuf answer = client.receive();

                String seen = asked.poll();
                int nul = indexOfNul(name);
                if (seen != null) {
                    assertThat(seen.getBytes(StandardCharsets.UTF_8))
                            .as("name %s of seed %s", i, seed)
                            .isEqualTo(nul < 0 ? name : java.util.Arrays.copyOf(name, nul));
                } else if (answer != null) {
                    assertThat(Err.decode(answer, RawClient.CAPABILITIES).errno())
                            .isIn(1043, 1153);
                }
            }
        }
    }

    private static int indexOfNul(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                return i;
            }
        }
        return -1;
    }

    /** A8: a second response, or a change of the user, in the middle of an authentication lets nobody in. */
    @Test
    void a8takesNoOtherUserInTheMiddleOfAnAuthentication() throws IOException {
        for (byte[] second : List.of(
                RawClient.response("open", Bytes.EMPTY, NativePassword.PLUGIN), changeUser("open"), PING.clone())) {
            try (RawClient client = connect()) {
                client.receive();
                client.send(RawClient.response("mysql_native_password", Bytes.EMPTY, CachingSha2Password.PLUGIN));
                assertThat(client.receive().getUnsignedByte(0)).isEqualTo((short) 0xFE);
                second[3] = 3;
                client.send(second);

                assertThat(client.receiveErr().errno()).isIn(1043, 1045);
                assertThat(client.isClosed()).isTrue();
            }
        }
        assertThat(server.executed).hasValue(0);
    }

    /** R1: other protocols are told so, and closed. */
    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001\u0000\u00a5\u0001", "SSH-2.0-x\r\n"})
    void r1refusesOtherProtocols(String bytes) throws IOException {
        try (RawClient client = connect()) {
            client.receive();
            client.send(bytes.getBytes(StandardCharsets.ISO_8859_1));

            assertThat(client.receiveErr().errno()).isIn(1153, 1156);
            assertThat(client.isClosed()).isTrue();
        }
    }

    /** A wrong sequence id in the command phase ends the connection. */
    @Test
    void refusesAWrongSequenceId() throws IOException {
        try (RawClient client = RawClient.loggedIn(server.port())) {
            ByteBuf out = Unpooled.buffer();
            PacketEncoder.write(out, 5, Unpooled.wrappedBuffer(new byte[] {14}));
            client.send(ByteBufUtil.getBytes(out));

            assertThat(client.receiveErr().errno()).isEqualTo(1156);
            assertThat(client.isClosed()).isTrue();
        }
    }
}
