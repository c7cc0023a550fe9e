// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** P8: each of the 256 command bytes in each of the six states of a connection, over real sockets. */
class CommandTableTest {
    private static final byte[] PASSWORD = "secret".getBytes(StandardCharsets.UTF_8);
    private static final PasswordVerifier NATIVE = PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD));

    /** Answered by OK, here with a body of zeros. */
    private static final Set<Integer> OK =
            Set.of(0x02, 0x03, 0x04, 0x09, 0x0A, 0x0C, 0x0E, 0x16, 0x17, 0x1A, 0x1B, 0x1C, 0x1F, 0xFA);

    /** Executed without an answer. */
    private static final Set<Integer> SILENT = Set.of(0x18, 0x19);

    /** Known, and denied. */
    private static final Set<Integer> DENIED = Set.of(0x0D, 0x12, 0x15, 0x1E);

    private static final int QUIT = 0x01;
    private static final byte[] PING = {1, 0, 0, 0, 14};

    private final CommandServer server = new CommandServer(
            ServerHandshakeConfig.builder().build(),
            (user, schema, peer) -> Credential.of(user.equals("open") ? PasswordVerifier.parse("") : NATIVE, null),
            null);

    @AfterEach
    void nothingIsLeft() {
        server.close();
        assertThat(server.faults).isEmpty();
        assertThat(server.heldBytes()).isZero();
    }

    private static byte[] command(int code, int sequenceId) {
        byte[] payload = new byte[32];
        payload[0] = (byte) code;
        return RogueClient.packet(sequenceId, payload);
    }

    @Test
    void p8refusesEveryCommandInPlaceOfTheResponse() throws IOException {
        for (int code = 0; code < 256; code++) {
            try (RogueClient client = new RogueClient(server.port())) {
                client.receive();
                client.send(command(code, 1), PING);

                assertThat(client.receiveErr().errno()).as("command %s", code).isEqualTo(1043);
                assertThat(client.isClosed()).isTrue();
            }
        }
        assertThat(server.executed).hasValue(0);
    }

    @Test
    void p8takesEveryCommandForAnAnswerDuringTheAuthentication() throws IOException {
        for (int code = 0; code < 256; code++) {
            try (RogueClient client = new RogueClient(server.port())) {
                client.receive();
                client.send(RogueClient.response("demo", Bytes.EMPTY, CachingSha2Password.PLUGIN));
                assertThat(client.receive().getUnsignedByte(0)).isEqualTo((short) 0xFE);
                client.send(command(code, 3), PING);

                assertThat(client.receiveErr().errno()).as("command %s", code).isEqualTo(1045);
                assertThat(client.isClosed()).isTrue();
            }
        }
        assertThat(server.executed).hasValue(0);
    }

    @Test
    void p8answersEveryCommandWhenIdle() throws IOException {
        for (int code = 0; code < 256; code++) {
            try (RogueClient client = RogueClient.loggedIn(server.port())) {
                client.send(command(code, 0));
                expectAnswer(client, code, StatusFlags.SERVER_STATUS_AUTOCOMMIT);
            }
        }
    }

    @Test
    void p8answersEveryCommandInATransaction() throws IOException {
        for (int code = 0; code < 256; code++) {
            try (RogueClient client = RogueClient.loggedIn(server.port())) {
                client.send(RogueClient.query("begin"));
                client.receiveOk();
                client.send(command(code, 0));
                expectAnswer(client, code, StatusFlags.SERVER_STATUS_AUTOCOMMIT | StatusFlags.SERVER_STATUS_IN_TRANS);
            }
        }
    }

    /** Sent ahead, behind a statement whose result has not been read: its answer comes behind that result. */
    @Test
    void p8answersEveryCommandBehindTheResultThatIsOnItsWay() throws IOException {
        for (int code = 0; code < 256; code++) {
            try (RogueClient client = RogueClient.loggedIn(server.port())) {
                client.send(RogueClient.query("rows 5"), command(code, 0));
                for (int packet = 0; packet < 8; packet++) {
                    client.receive();
                }
                expectAnswer(client, code, StatusFlags.SERVER_STATUS_AUTOCOMMIT);
            }
        }
    }

    @Test
    void p8takesEveryCommandForContentWhileAFileIsSent() throws IOException {
        int before = 0;
        for (int code = 0; code < 256; code++) {
            try (RogueClient client = RogueClient.loggedIn(server.port())) {
                client.send(RogueClient.query("infile"));
                assertThat(client.receive().getUnsignedByte(0)).isEqualTo((short) 0xFB);
                client.send(command(code, 2), RogueClient.packet(3, new byte[0]));

                assertThat(client.receiveOk().affectedRows())
                        .as("command %s", code)
                        .isEqualTo(32);
                assertThat(server.executed.get() - before).isEqualTo(1);
                before = server.executed.get();
            }
        }
    }

    private static void expectAnswer(RogueClient client, int code, int status) throws IOException {
        if (code == QUIT) {
            assertThat(client.isClosed()).isTrue();
            return;
        }
        if (!SILENT.contains(code)) {
            ByteBuf answer = client.receive();
            if (OK.contains(code)) {
                assertThat(Ok.decode(answer, RogueClient.CAPABILITIES).statusFlags())
                        .as("command %s", code)
                        .isEqualTo(status);
            } else {
                assertThat(Err.decode(answer, RogueClient.CAPABILITIES).errno())
                        .as("command %s", code)
                        .isEqualTo(DENIED.contains(code) ? 1227 : 1047);
            }
        }
        // It is still a session: the next command is answered next.
        client.send(PING);
        assertThat(client.receiveOk().statusFlags()).isEqualTo(status);
    }
}
