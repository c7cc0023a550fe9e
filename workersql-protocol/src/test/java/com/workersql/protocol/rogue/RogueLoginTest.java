// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that want to be let in without a proof, or to learn who would be, over real sockets. */
class RogueLoginTest extends RogueClients {
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
            try (RogueClient client = connect()) {
                client.receive();
                byte[] wrong = RogueClient.response(user, Bytes.of(new byte[20]), NativePassword.PLUGIN);
                client.send(wrong, PING, RogueClient.query("drop table t"));
                client.sendToWhoMayBeGone(PING, RogueClient.packet(3, new byte[32]), PING);
                Err last = null;
                for (ByteBuf payload = client.receive(); payload != null; payload = client.receive()) {
                    last = payload.getUnsignedByte(0) == Err.HEADER
                            ? Err.decode(payload, RogueClient.CAPABILITIES)
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
            try (RogueClient client = connect()) {
                client.receive();
                client.send(RogueClient.response("mysql_native_password", Bytes.of(answer), NativePassword.PLUGIN));

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
            try (RogueClient client = connect()) {
                client.receive();
                client.send(RogueClient.response(user, Bytes.of(new byte[32]), CachingSha2Password.PLUGIN));
                String first = ByteBufUtil.hexDump(client.receive());
                client.send(RogueClient.packet(3, new byte[256]));
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
        try (RogueClient client = RogueClient.loggedIn(server.port())) {
            for (int i = 0; i < changes; i++) {
                client.send(changeUser("mysql_native_password"));
                Bytes salt = AuthSwitchRequest.decode(client.receive(), RogueClient.CAPABILITIES)
                        .data();
                salts.add(salt);
                client.send(RogueClient.packet(
                        2, NativePassword.response(PASSWORD, salt).toArray()));
                client.receiveOk();
            }
            assertThat(salts).hasSize(changes);
            client.send(changeUser("mysql_native_password"));
            client.receive();
            client.send(RogueClient.packet(2, new byte[20]));

            assertThat(client.receiveErr().errno()).isEqualTo(1045);
            assertThat(client.isClosed()).isTrue();
        }
    }

    private static byte[] changeUser(String user) {
        ByteBuf out = Unpooled.buffer();
        new ChangeUser(user, Bytes.of(new byte[20]), null, 45, NativePassword.PLUGIN, Map.of())
                .encodePacket(out, 0, RogueClient.CAPABILITIES);
        return ByteBufUtil.getBytes(out);
    }

    /** A6: 20 bytes without NUL and '$', evenly spread, never the same. */
    @Test
    void a6greetsWithGoodSalts() throws IOException {
        int greetings = 1000 * SCALE;
        Set<Bytes> salts = new HashSet<>();
        int[] counts = new int[256];
        for (int i = 0; i < greetings; i++) {
            try (RogueClient client = connect()) {
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

    /** A8: a second response, or a change of the user, in the middle of an authentication lets nobody in. */
    @Test
    void a8takesNoOtherUserInTheMiddleOfAnAuthentication() throws IOException {
        for (byte[] second : List.of(
                RogueClient.response("open", Bytes.EMPTY, NativePassword.PLUGIN), changeUser("open"), PING.clone())) {
            try (RogueClient client = connect()) {
                client.receive();
                client.send(RogueClient.response("mysql_native_password", Bytes.EMPTY, CachingSha2Password.PLUGIN));
                assertThat(client.receive().getUnsignedByte(0)).isEqualTo((short) 0xFE);
                second[3] = 3;
                client.send(second);

                assertThat(client.receiveErr().errno()).isIn(1043, 1045);
                assertThat(client.isClosed()).isTrue();
            }
        }
        assertThat(server.executed).hasValue(0);
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
            new SslRequest(RogueClient.CAPABILITIES, 1 << 24, 0).encode(payload, RogueClient.CAPABILITIES);
            payload.writeBytes(name).writeBytes(new byte[] {0, 0});
            payload.writeBytes("mysql_native_password\0".getBytes(StandardCharsets.US_ASCII));
            asked.clear();
            try (RogueClient client = connect()) {
                client.receive();
                client.sendToWhoMayBeGone(RogueClient.packet(1, ByteBufUtil.getBytes(payload)));
                ByteBuf answer = client.receive();

                String seen = asked.poll();
                int nul = indexOfNul(name);
                if (seen != null) {
                    assertThat(seen.getBytes(StandardCharsets.UTF_8))
                            .as("name %s of seed %s", i, seed)
                            .isEqualTo(nul < 0 ? name : Arrays.copyOf(name, nul));
                } else if (answer != null) {
                    assertThat(Err.decode(answer, RogueClient.CAPABILITIES).errno())
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
}
