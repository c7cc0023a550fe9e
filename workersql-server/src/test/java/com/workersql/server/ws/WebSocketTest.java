// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.server.execute.LocalOk;
import com.workersql.server.http.TestDoor;
import com.workersql.server.http.query.FakeSessions;
import com.workersql.server.session.Drain;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketTest {
    private static final ColumnDefinition COLUMN = ColumnDefinition.of("a", ColumnType.VAR_STRING);

    private final SocketClient client = new SocketClient(settings());
    private final FakeSessions sessions = client.door().sessions();

    private static WebSocketSettings settings() {
        return new WebSocketSettings(
                2_000,
                10,
                50_000,
                60_000,
                2,
                2,
                2,
                3,
                30_000,
                300_000,
                2,
                25_000,
                30_000,
                1_024,
                4,
                8,
                60_000,
                10_000,
                256,
                60_000,
                256,
                60_000,
                Set.of("https://app.example"));
    }

    @AfterEach
    void leavesNoSessionOpen() {
        client.close();
        assertThat(sessions.openCount()).isZero();
    }

    private String begin(String id) {
        client.send("{\"type\":\"begin\",\"id\":\"" + id + "\"}");
        sessions.latest().target().ok(new LocalOk(1));
        var answer = client.received().get(0);
        assertThat(answer)
                .matches("\\{\"type\":\"response\",\"id\":\"" + id
                        + "\",\"data\":\\{\"transactionId\":\"[0-9a-f]{32}\"\\}\\}");
        return answer.replaceAll(".*\"transactionId\":\"([0-9a-f]+)\".*", "$1");
    }

    @Test
    void becomesAWebSocket() {
        assertThat(client.upgrade(TestDoor.authorization() + "X-Request-Id: r7\r\n"))
                .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                .containsIgnoringCase("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                .contains("x-request-id: r7\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "'',401",
        "'Origin: https://evil.example\r\n',403",
        "'Origin: null\r\n',403",
        "'Origin: https://app.example\r\nOrigin: https://app.example\r\n',403",
        "'Sec-WebSocket-Protocol: workersql.v2\r\n',400",
        "'Sec-WebSocket-Protocol: workersql.v1, bearer.bad\r\n',401",
        "'Sec-WebSocket-Version: 8\r\n',101",
    })
    void refusesUpgrades(String headers, int status) {
        var answer = client.upgrade(headers.contains("Version") ? TestDoor.authorization() + headers : headers);

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://app.example", "http://h:1", "https://h:1"})
    void welcomesItsOwnPagesAndThoseThatAreListed(String origin) {
        assertThat(client.upgrade(TestDoor.authorization() + "Origin: " + origin + "\r\n"))
                .startsWith("HTTP/1.1 101 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /ws HTTP/1.1\r\nHost: h\r\n\r\n",
                "GET /ws HTTP/1.0\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
                "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n\r\n",
                "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nSec-WebSocket-Version: 13\r\n\r\n",
            })
    void saysWhatItsPathIsFor(String request) {
        client.door().send(request);

        assertThat(client.door().received())
                .startsWith("HTTP/1.1 426 ")
                .contains("upgrade: websocket\r\n")
                .contains("sec-websocket-version: 13\r\n");
    }

    @Test
    void answersAQueryByOneMessage() {
        client.connected().send("{\"type\":\"query\",\"id\":5,\"sql\":\"SELECT\",\"rows\":\"array\"}");
        sessions.latest().reply().columns(COLUMN).row("x").end();

        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"response\",\"id\":5,\"data\":{\"columns\":[{\"name\":\"a\"")
                .contains("\"data\":[[\"x\"]],\"rowCount\":1")
                .endsWith("\"success\":true}}");
        assertThat(sessions.openCount()).isZero();
    }

    @Test
    void answersAFailureByAnError() {
        client.connected().send("{\"type\":\"query\",\"id\":\"q\",\"sql\":\"S\"}");
        sessions.latest().reply().columns(COLUMN).row("x").error(1062, "23000", "Duplicate");

        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith(
                        "{\"type\":\"error\",\"id\":\"q\",\"error\":{\"code\":\"INVALID_QUERY\",\"message\":\"Duplicate\","
                                + "\"details\":{\"errno\":1062,\"sqlState\":\"23000\",\"outcome\":\"not_executed\"");
    }

    @Test
    void runsStatementsSideBySideWithinLimits() {
        client.connected();
        for (int i = 1; i <= 5; i++) {
            client.send("{\"type\":\"query\",\"id\":" + i + ",\"sql\":\"S" + i + "\"}");
        }
        assertThat(sessions.statements()).hasSize(2);
        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"error\",\"id\":5,")
                .contains("RESOURCE_LIMIT");

        sessions.statements().get(1).reply().ok(0, 0, 0);
        sessions.statements().get(2).reply().ok(0, 0, 0);
        sessions.statements().get(3).reply().ok(0, 0, 0);
        sessions.statements().get(0).reply().ok(0, 0, 0);
        assertThat(client.received())
                .extracting(answer -> answer.substring(0, 27))
                .containsExactly(
                        "{\"type\":\"response\",\"id\":2,\"",
                        "{\"type\":\"response\",\"id\":3,\"",
                        "{\"type\":\"response\",\"id\":4,\"",
                        "{\"type\":\"response\",\"id\":1,\"");
    }

    @Test
    void runsATransactionInItsOwnSessionAndInOrder() {
        client.connected();
        var id = begin("b");
        var call = ",\"transactionId\":\"" + id + "\"}";
        client.send("{\"type\":\"query\",\"id\":1,\"sql\":\"A\"" + call)
                .send("{\"type\":\"query\",\"id\":2,\"sql\":\"B\"" + call)
                .send("{\"type\":\"commit\",\"id\":3" + call);
        assertThat(sessions.statements()).hasSize(2);

        sessions.latest().reply().ok(1, 0, 0);
        sessions.latest().reply().ok(2, 0, 0);
        assertThat(sessions.latest().sql()).isEqualTo("COMMIT");
        sessions.latest().reply().ok(0, 0, 0);

        assertThat(sessions.statements())
                .extracting("session")
                .containsOnly(sessions.latest().session());
        var answers = client.received();
        assertThat(answers.get(2))
                .isEqualTo("{\"type\":\"response\",\"id\":3,\"data\":{\"success\":true,\"transactionId\":\"" + id
                        + "\"}}");
        assertThat(sessions.openCount()).isZero();
        client.send("{\"type\":\"query\",\"id\":4,\"sql\":\"A\"" + call);
        assertThat(client.received().get(0))
                .startsWith("{\"type\":\"error\",\"id\":4,")
                .contains("no such transaction");
    }

    @Test
    void boundsTransactionsAndTheirQueues() {
        client.connected();
        var id = begin("b1");
        begin("b2");
        client.send("{\"type\":\"begin\",\"id\":\"b3\"}");
        assertThat(client.received().get(0)).contains("\"id\":\"b3\"").contains("max_transactions");

        for (int i = 1; i <= 5; i++) {
            client.send("{\"type\":\"query\",\"id\":" + i + ",\"sql\":\"A\",\"transactionId\":\"" + id + "\"}");
        }
        assertThat(client.received())
                .singleElement()
                .asString()
                .contains("\"id\":5")
                .contains("max_queued");
    }

    @Test
    void rollsATransactionBackThatWaitsTooLong() {
        client.connected();
        var id = begin("b");
        client.door().later(20_000);
        client.send("{\"type\":\"query\",\"id\":1,\"sql\":\"A\",\"transactionId\":\"" + id + "\"}");
        client.door().later(29_000);
        sessions.latest().reply().ok(0, 0, 0);
        client.send(new PongWebSocketFrame()).door().later(29_999);
        assertThat(sessions.openCount()).isEqualTo(1);

        client.door().later(1);
        assertThat(sessions.openCount()).isZero();
        client.received();
        client.send("{\"type\":\"query\",\"id\":2,\"sql\":\"A\",\"transactionId\":\"" + id + "\"}");
        assertThat(client.received().get(0)).contains("\"errno\":3101").contains("waited for more than 30000 ms");
    }

    @Test
    void endsATransactionThatLastsTooLong() {
        client.connected();
        var id = begin("b");
        for (int i = 0; i < 15; i++) {
            client.door().later(19_900);
            client.send("{\"type\":\"query\",\"id\":1,\"sql\":\"A\",\"transactionId\":\"" + id + "\"}");
            if (i < 14) {
                sessions.latest().reply().ok(0, 0, 0);
            }
        }
        client.received();
        client.door().later(1_500);
        sessions.latest().reply().error(1317, "70100", "interrupted");

        assertThat(client.received())
                .anySatisfy(answer -> assertThat(answer).contains("lasted for more than 300000 ms"));
        assertThat(sessions.openCount()).isZero();
    }

    @Test
    void endsATransactionByKill() {
        client.connected();
        var id = begin("b");
        sessions.kill(sessions.latest().session(), true);

        assertThat(sessions.openCount()).isZero();
        client.send("{\"type\":\"rollback\",\"id\":1,\"transactionId\":\"" + id + "\"}");
        assertThat(client.received().get(0)).contains("\"errno\":3101").contains("killed");
    }

    @Test
    void closesTheSessionWhenBeginFails() {
        client.connected().send("{\"type\":\"begin\",\"id\":1}");
        sessions.latest().reply().error(1429, "HY000", "down");

        assertThat(sessions.openCount()).isZero();
    }

    @Test
    void endsEverythingWithTheSocket() {
        client.connected();
        begin("b");
        client.send("{\"type\":\"query\",\"id\":1,\"sql\":\"A\"}");
        assertThat(sessions.openCount()).isEqualTo(2);
        client.door().channel().close();

        assertThat(sessions.openCount()).isZero();
    }

    @Test
    void refusesAnAnswerBeyondItsLimit() {
        client.connected().send("{\"type\":\"query\",\"id\":1,\"sql\":\"A\"}");
        var reply = sessions.latest().reply().columns(COLUMN);
        for (int i = 0; i < 60; i++) {
            reply.row("x".repeat(1_000));
        }
        assertThat(sessions.cancelled()).hasSize(1);
        reply.error(1317, "70100", "interrupted");

        assertThat(client.received())
                .singleElement()
                .asString()
                .contains("RESOURCE_LIMIT")
                .contains("max_answer_bytes");
    }

    @Test
    void boundsTheAnswersOfAllSockets() {
        client.connected();
        for (int i = 0; i < 2; i++) {
            client.send("{\"type\":\"query\",\"id\":" + i + ",\"sql\":\"A\"}");
        }
        var first = sessions.statements().get(0).reply().columns(COLUMN);
        var second = sessions.statements().get(1).reply().columns(COLUMN);
        for (int i = 0; i < 45; i++) {
            first.row("x".repeat(1_000));
        }
        for (int i = 0; i < 45; i++) {
            second.row("x".repeat(1_000));
        }
        first.end();
        second.error(1317, "70100", "interrupted");

        assertThat(client.received())
                .hasSize(2)
                .anySatisfy(answer -> assertThat(answer).contains("answer_budget_bytes"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"query\",\"id\":1} | INVALID_QUERY",
                "{\"type\":\"query\",\"id\":1,\"sql\":\"S\",\"params\":[1]} | INVALID_QUERY",
                "{\"type\":\"query\",\"id\":1,\"sql\":\"S\",\"timeout\":-1} | INVALID_QUERY",
                "{\"type\":\"commit\",\"id\":1} | INVALID_QUERY",
                "{\"type\":\"rollback\",\"id\":1,\"transactionId\":\"x\"} | INVALID_QUERY",
                "{\"type\":\"subscribe\",\"id\":1} | INVALID_QUERY",
                "{\"id\":1,\"sql\":\"S\"} | INVALID_QUERY",
                "{\"type\":\"query\",\"id\":1,\"sql\":\"S\",\"transactionId\":\"x\"} | INVALID_QUERY",
            })
    void answersWhatItCannotRunByAnErrorAndStaysOpen(String message, String code) {
        client.connected().send(message);

        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"error\",\"id\":1,")
                .contains(code);
        assertThat(client.door().isOpen()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense | 1007",
                "[] | 1007",
                "{\"id\":1}{} | 1007",
                "{\"type\":\"query\",\"sql\":\"S\"} | 1008",
                "{\"type\":\"query\",\"id\":{},\"sql\":\"S\"} | 1008",
            })
    void closesOnMessagesThatCannotBeAnswered(String message, int code) {
        client.connected().send(message);

        assertThat(client.received()).singleElement().asString().matches("close " + code + " .+");
    }

    @Test
    void closesOnTextThatIsNoUtf8() {
        client.connected().send(new TextWebSocketFrame(Unpooled.wrappedBuffer(new byte[] {'{', (byte) 0xFF, '}'})));

        assertThat(client.received()).containsExactly("close 1007 not valid UTF-8");
    }

    @Test
    void closesOnBinaryMessages() {
        client.connected().send(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(new byte[] {1})));

        assertThat(client.received()).singleElement().asString().startsWith("close 1003 ");
    }

    @Test
    void joinsFramesToMessages() {
        int before = client.door().budgetLeft();
        client.connected().sendInParts("{\"type\":\"query\",", "\"id\":1,", "", "\"sql\":\"S\"}");
        assertThat(client.door().budgetLeft()).isEqualTo(before);

        assertThat(sessions.latest().sql()).isEqualTo("S");
    }

    @Test
    void closesOnAMessageBeyondItsLimit() {
        client.connected().sendInParts("{", " ".repeat(1_500), " ".repeat(600));

        assertThat(client.received()).singleElement().asString().startsWith("close 1009 ");
    }

    @Test
    void closesOnAFrameBeyondTheLimit() {
        client.connected().send(" ".repeat(2_001));

        assertThat(client.received()).singleElement().asString().startsWith("close 1009 ");
    }

    @Test
    void closesOnAMessageOfTooManyFrames() {
        client.connected();
        var parts = new String[12];
        Arrays.fill(parts, "");
        client.sendInParts(parts);

        assertThat(client.received()).singleElement().asString().startsWith("close 1008 ");
    }

    @ParameterizedTest
    @CsvSource({
        "8100,1002", // not masked
        "c18000000000,1002", // a reserved bit
        "838000000000,1002", // a reserved opcode
        "098000000000,1002", // a control frame in parts
        "808000000000,1002", // a continuation of nothing
        "888100000000ff,1002", // a close code of one byte
    })
    void closesOnFramesAgainstTheProtocol(String hex, int code) {
        client.connected().raw(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));

        assertThat(client.received()).singleElement().asString().startsWith("close " + code + " ");
        assertThat(client.door().isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"88820000000003ed", "88820000000003e7"})
    void closesOnCloseCodesThatMayNotBeSent(String hex) {
        client.connected().raw(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));

        assertThat(client.door().isOpen()).isFalse();
    }

    @Test
    void answersPings() {
        client.connected().send(new PingWebSocketFrame(Unpooled.wrappedBuffer(new byte[] {'h', 'i'})));

        assertThat(client.received()).containsExactly("pong hi");
    }

    @Test
    void pingsAndClosesWhoDoesNotAnswer() {
        client.connected().door().later(25_000);
        assertThat(client.received()).containsExactly("ping");
        client.send(new PongWebSocketFrame()).door().later(25_000).later(25_000);
        assertThat(client.received()).containsExactly("ping", "ping");

        client.door().later(25_000);
        assertThat(client.received()).containsExactly("close 1001 No answer to 2 pings");
        client.door().later(2_000);
        assertThat(client.door().isOpen()).isFalse();
    }

    @Test
    void closesByAFaultOfItsOwnAndNamesTheIncidentAlone() {
        client.connected();
        sessions.openNoMore();
        client.send("{\"type\":\"query\",\"id\":1,\"sql\":\"S\"}");

        assertThat(client.received())
                .singleElement()
                .asString()
                .matches("close 1011 \\[GW-INTERNAL\\] incident [0-9a-f]{16}");
    }

    @Test
    void answersAClose() {
        client.connected().send(new CloseWebSocketFrame(1000, "bye"));

        assertThat(client.received()).containsExactly("close 1000 ");
        assertThat(client.door().isOpen()).isFalse();
    }

    @Test
    void stopsTheShardWhileTheClientDoesNotRead() {
        client.connected().send("{\"type\":\"query\",\"id\":1,\"sql\":\"A\"}");
        var reply = sessions.latest().reply();
        client.door().channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        client.door().channel().runPendingTasks();
        assertThat(reply.isReading()).isFalse();

        client.door().channel().unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        client.door().channel().runPendingTasks();
        assertThat(reply.isReading()).isTrue();
    }

    @Test
    void drainsWhenItsTransactionsHaveEnded() {
        client.connected();
        var id = begin("b");
        client.door().channel().pipeline().fireUserEventTriggered(new Drain(30_000));
        client.send("{\"type\":\"query\",\"id\":1,\"sql\":\"A\"}");
        assertThat(client.received().get(0)).contains("\"errno\":1053");

        client.send("{\"type\":\"rollback\",\"id\":2,\"transactionId\":\"" + id + "\"}");
        sessions.latest().reply().ok(0, 0, 0);
        assertThat(client.received().get(1)).isEqualTo("close 1001 The gateway is shutting down");
    }

    private static byte[] deflated(int zeros) {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(new byte[zeros]);
        var out = new byte[zeros / 100 + 1_000];
        int bytes = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        // The last four bytes are those that a message leaves out.
        return Arrays.copyOf(out, bytes - 4);
    }

    private String deflating(String offer) {
        return client.upgrade(TestDoor.authorization() + "Sec-WebSocket-Extensions: " + offer + "\r\n");
    }

    @Test
    void compressesForWhoOffersIt() {
        assertThat(deflating("permessage-deflate; client_max_window_bits"))
                .containsIgnoringCase("sec-websocket-extensions: permessage-deflate");
        client.send("{\"type\":\"query\",\"id\":1,\"sql\":\"S\"}");
        sessions.latest().reply().columns(COLUMN).row("x".repeat(5_000)).end();

        var bytes = client.door().receivedBytes();
        assertThat(bytes.length).isLessThan(500);
        assertThat(bytes[0] & 0xFF).as("the last frame of a text, with RSV1").isEqualTo(0xC1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate; server_max_window_bits=7",
                "permessage-deflate; server_max_window_bits=16",
                "permessage-deflate; server_max_window_bits=abc",
                "permessage-deflate; unknown",
                "x-webkit-deflate-frame",
                "permessage-bzip2",
            })
    void agreesToNoExtensionThatItDoesNotKnow(String offer) {
        assertThat(deflating(offer)).startsWith("HTTP/1.1 101").doesNotContainIgnoringCase("sec-websocket-extensions");
        client.send(new TextWebSocketFrame(true, 4, Unpooled.copiedBuffer("x", StandardCharsets.US_ASCII)));
        assertThat(client.received().get(0)).startsWith("close 1002");
    }

    @Test
    void inflatesNoMoreThanAMessageMayHave() {
        deflating("permessage-deflate");
        client.send(new TextWebSocketFrame(true, 4, Unpooled.wrappedBuffer(deflated(100_000))));

        assertThat(client.received().get(0)).startsWith("close 1009");
    }

    @Test
    void takesNoOtherReservedBitWhereOneHasAMeaning() {
        deflating("permessage-deflate");
        client.send(new TextWebSocketFrame(true, 2, Unpooled.copiedBuffer("x", StandardCharsets.US_ASCII)));

        assertThat(client.received().get(0)).startsWith("close 1002");
    }

    @Test
    void closesTheSocketOfWhoMayNotActAnyMore() {
        client.connected();
        client.send("{\"type\":\"query\",\"id\":1,\"sql\":\"S\"}");
        client.door().later(2_001);
        assertThat(client.received()).isEmpty();
        client.door().revoke();
        client.door().later(2_001);

        assertThat(client.received()).containsExactly("close 1008 This user may not act here any more");
        assertThat(sessions.openCount()).isZero();
    }

    @Test
    void takesATokenFromAmongTheSubprotocolsAndDoesNotRepeatIt() {
        assertThat(client.upgrade("Sec-WebSocket-Protocol: bearer.good\r\n"))
                .startsWith("HTTP/1.1 101")
                .doesNotContain("good");
    }

    @Test
    void refusesABadTokenAmongTheSubprotocols() {
        assertThat(client.upgrade("Sec-WebSocket-Protocol: bearer.bad\r\n")).startsWith("HTTP/1.1 401");
    }
}
