// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.server.execute.LocalOk;
import com.workersql.server.http.TestDoor;
import com.workersql.server.http.query.FakeSessions;
import com.workersql.server.http.query.ShardReply;
import com.workersql.server.session.Drain;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The subprotocol {@code workersql.v1}, whose statements the test answers. */
class StreamsTest {
    private static final ColumnDefinition COLUMN = ColumnDefinition.of("a", ColumnType.VAR_STRING);
    private static final String SUBPROTOCOL = "Sec-WebSocket-Protocol: workersql.v1\r\n";
    private static final String HELLO = "{\"type\":\"hello\",\"client\":\"test/1\"}";

    private final SocketClient client = new SocketClient(WebSocketSettings.of(
            Map.of(
                    WebSocketSettings.MAX_STREAMS,
                    4L,
                    WebSocketSettings.MAX_INFLIGHT,
                    8L,
                    WebSocketSettings.ANSWER_BUDGET_BYTES,
                    1L << 20,
                    WebSocketSettings.STREAM_IDLE_MILLIS,
                    60_000L),
            Set.of()));
    private final FakeSessions sessions = client.door().sessions();

    @AfterEach
    void leavesNoSessionOpen() {
        client.close();
        assertThat(sessions.openCount()).isZero();
    }

    private void greeted() {
        client.upgrade(TestDoor.authorization() + SUBPROTOCOL);
        client.send(HELLO);
        client.received();
    }

    private void open(int... streams) {
        greeted();
        for (int stream : streams) {
            client.send("{\"type\":\"open\",\"stream\":" + stream + "}");
        }
        client.received();
    }

    private void exec(String id, int stream, String sql, String more) {
        client.send(
                "{\"type\":\"exec\",\"id\":" + id + ",\"stream\":" + stream + ",\"sql\":\"" + sql + "\"" + more + "}");
    }

    private ShardReply reply() {
        return sessions.latest().reply();
    }

    private void rows(ShardReply reply, int from, int to) {
        for (int i = from; i <= to; i++) {
            reply.row(i);
        }
    }

    @Test
    void takesTheSubprotocolAndEchoesItAlone() {
        assertThat(client.upgrade("Sec-WebSocket-Protocol: other, workersql.v1, bearer.good\r\n"))
                .startsWith("HTTP/1.1 101 ")
                .containsIgnoringCase("sec-websocket-protocol: workersql.v1\r\n")
                .doesNotContain("good")
                .doesNotContain("other");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"token\":\"good\"",
                "\"basic\":{\"user\":\"ada\",\"password\":\"p:w\"}",
                "\"client\":\"x\",\"token\":\"good\",\"unknown\":[1,{\"a\":2}]",
            })
    void greetsWhoProvesItselfByTheFirstMessage(String proof) {
        assertThat(client.upgrade(SUBPROTOCOL)).startsWith("HTTP/1.1 101 ");
        client.send("{\"type\":\"hello\"," + proof + "}");

        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"hello_ok\",\"conn_id\":\"")
                .contains("\"server\":\"WorkerSQL Gateway")
                .contains("\"limits\":{\"max_streams\":4,\"max_inflight\":8,\"max_frame\":1048576}")
                .endsWith("\"heartbeat_ms\":25000}");
    }

    @Test
    void greetsWhomTheUpgradeHasProved() {
        client.upgrade(TestDoor.authorization() + SUBPROTOCOL);
        client.send(HELLO);

        assertThat(client.received()).singleElement().asString().startsWith("{\"type\":\"hello_ok\",");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"hello\"} | 4401",
                "{\"type\":\"hello\",\"token\":\"bad\"} | 4401",
                "{\"type\":\"hello\",\"basic\":{\"user\":\"ada\",\"password\":\"no\"}} | 4401",
                "{\"type\":\"hello\",\"basic\":{\"user\":\"ada\"}} | 4400",
                "{\"type\":\"hello\",\"token\":7} | 4400",
                "{\"type\":\"open\",\"stream\":1} | 4401",
                "{\"type\":\"exec\",\"id\":1,\"stream\":1,\"sql\":\"S\"} | 4401",
                "{\"type\":\"ping\"} | 4401",
                "nonsense | 1007",
                "{\"type\":\"query\",\"id\":1,\"sql\":\"S\"} | 4400",
            })
    void closesWhoDoesNotBeginByAProof(String message, int code) {
        client.upgrade(SUBPROTOCOL);
        client.send(message);
        client.send("{\"type\":\"hello\",\"token\":\"good\"}").send("{\"type\":\"open\",\"stream\":1}");

        assertThat(client.received()).singleElement().asString().matches("close " + code + " .+");
    }

    @Test
    void closesWhoSaysHelloAsAnotherThanTheUpgradeHasProved() {
        client.upgrade(TestDoor.authorization() + SUBPROTOCOL);
        client.send("{\"type\":\"hello\",\"token\":\"good\"}");

        assertThat(client.received()).singleElement().asString().startsWith("close 4403 ");
    }

    @Test
    void closesWhoSaysHelloTwice() {
        greeted();
        client.send(HELLO);

        assertThat(client.received()).singleElement().asString().startsWith("close 4429 ");
    }

    @Test
    void closesWhoSaysNothingInTime() {
        client.upgrade(SUBPROTOCOL);
        client.door().later(9_999);
        assertThat(client.received()).isEmpty();
        client.door().later(1);

        assertThat(client.received())
                .containsExactly("close 4408 No \"hello\" came within 10000 ms (http.websocket.hello_timeout_millis)");
    }

    @Test
    void takesLittleBeforeItKnowsWhoSendsIt() {
        client.upgrade(SUBPROTOCOL);
        client.send("{\"type\":\"hello\",\"client\":\"" + "x".repeat(17_000) + "\",\"token\":\"good\"}");

        assertThat(client.received()).singleElement().asString().startsWith("close 1009 ");
    }

    @Test
    void takesLargeMessagesBehindTheHello() {
        client.upgrade(SUBPROTOCOL);
        client.send("{\"type\":\"hello\",\"token\":\"good\"}").send("{\"type\":\"open\",\"stream\":1}");
        exec("1", 1, "S" + " ".repeat(100_000), "");
        assertThat(sessions.latest().sql()).hasSize(100_001);
        reply().ok(0, 0, 0);
    }

    @Test
    void answersWhatIsSentInOneFlight() {
        client.upgrade(SUBPROTOCOL);
        client.send("{\"type\":\"hello\",\"token\":\"good\"}").send("{\"type\":\"open\",\"stream\":7}");
        exec("\"q\"", 7, "SELECT 1", "");
        reply().columns(COLUMN).row("x").row((Object) null).end();

        var answers = client.received();
        assertThat(answers).hasSize(5);
        assertThat(answers.get(1)).isEqualTo("{\"type\":\"open_ok\",\"stream\":7}");
        assertThat(answers.get(2))
                .startsWith(
                        "{\"type\":\"cursor\",\"id\":\"q\",\"cursor\":1,\"columns\":[{\"name\":\"a\",\"type\":\"VARCHAR\"");
        assertThat(answers.get(3)).isEqualTo("{\"type\":\"rows\",\"cursor\":1,\"seq\":1,\"data\":[[\"x\"],[null]]}");
        assertThat(answers.get(4))
                .startsWith("{\"type\":\"done\",\"id\":\"q\",\"cursor\":1,\"rowCount\":2,\"executionTime\":")
                .endsWith("\"success\":true}");
    }

    @Test
    void answersAChangeByItsFigures() {
        open(1);
        exec("1", 1, "INSERT", "");
        reply().ok(3, 77, 1);

        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith(
                        "{\"type\":\"done\",\"id\":1,\"rowsAffected\":3,\"lastInsertId\":77,\"insertId\":77,\"executionTime\":")
                .contains("\"warnings\":1");
    }

    @Test
    void givesRowsAsObjects() {
        open(1);
        exec("1", 1, "S", ",\"row_format\":\"object\"");
        reply().columns(COLUMN).row("x").end();

        assertThat(client.received()).contains("{\"type\":\"rows\",\"cursor\":1,\"seq\":1,\"data\":[{\"a\":\"x\"}]}");
    }

    @Test
    void bindsParameters() {
        open(1);
        exec("1", 1, "S ? ?", ",\"params\":[1,\"b\"]");
        assertThat(sessions.latest().values()).hasSize(2);
        reply().ok(0, 0, 0);
        exec("2", 1, "S :n", ",\"named\":{\"n\":null}");
        assertThat(sessions.latest().sql()).isEqualTo("S ?");
        reply().ok(0, 0, 0);
    }

    @Test
    void runsStreamsSideBySideAndEachInOrder() {
        open(1, 2);
        exec("1", 1, "A", "");
        exec("2", 1, "B", "");
        exec("3", 2, "C", "");
        assertThat(sessions.statements()).extracting("sql").containsExactly("A", "C");

        sessions.statements().get(1).reply().ok(0, 0, 0);
        sessions.statements().get(0).reply().ok(0, 0, 0);
        sessions.latest().reply().ok(0, 0, 0);
        assertThat(client.received())
                .extracting(answer -> answer.substring(0, 21))
                .containsExactly(
                        "{\"type\":\"done\",\"id\":3", "{\"type\":\"done\",\"id\":1", "{\"type\":\"done\",\"id\":2");
        assertThat(sessions.statements().get(0).session())
                .isSameAs(sessions.latest().session())
                .isNotSameAs(sessions.statements().get(1).session());
    }

    @Test
    void sendsNoMoreRowsThanItHasCreditFor() {
        open(1);
        exec("1", 1, "S", ",\"fetch\":2");
        var reply = reply().columns(COLUMN);
        rows(reply, 1, 5);
        assertThat(client.received())
                .last()
                .isEqualTo("{\"type\":\"rows\",\"cursor\":1,\"seq\":1,\"data\":[[\"1\"],[\"2\"]]}");
        assertThat(reply.isReading()).isFalse();

        client.send("{\"type\":\"fetch\",\"cursor\":1,\"max_rows\":1}");
        assertThat(client.received()).containsExactly("{\"type\":\"rows\",\"cursor\":1,\"seq\":2,\"data\":[[\"3\"]]}");
        assertThat(reply.isReading()).isFalse();

        client.send("{\"type\":\"fetch\",\"cursor\":1,\"max_rows\":10}");
        assertThat(client.received())
                .containsExactly("{\"type\":\"rows\",\"cursor\":1,\"seq\":3,\"data\":[[\"4\"],[\"5\"]]}");
        assertThat(reply.isReading()).isTrue();
        rows(reply, 6, 6);
        reply.end();
        assertThat(client.received()).hasSize(2).last().asString().contains("\"rowCount\":6");
    }

    @Test
    void tellsTheColumnsWithoutCreditAndLooksOneReadAhead() {
        open(1);
        exec("1", 1, "S", ",\"fetch\":0");
        var reply = reply().columns(COLUMN);
        assertThat(client.received()).singleElement().asString().startsWith("{\"type\":\"cursor\",\"id\":1,");
        assertThat(reply.isReading()).isTrue();
        reply.end();

        assertThat(client.received()).singleElement().asString().contains("\"rowCount\":0");
    }

    @Test
    void countsCreditInBytesToo() {
        open(1);
        exec("1", 1, "S", ",\"fetch\":0");
        var reply = reply().columns(COLUMN);
        for (int i = 0; i < 5; i++) {
            reply.row("x".repeat(100));
        }
        client.received();
        client.send("{\"type\":\"fetch\",\"cursor\":1,\"max_rows\":100,\"max_bytes\":150}");

        // The one that reaches the bound is still sent, so that a large row gets through.
        assertThat(client.received()).singleElement().asString().hasSize(43 + 2 * 105);
        reply.end();
        client.send("{\"type\":\"fetch\",\"cursor\":1,\"max_rows\":1}");
        assertThat(client.received()).hasSize(2).last().asString().startsWith("{\"type\":\"done\"");
    }

    @Test
    void holdsTheNextRequestOfTheStreamUntilItsRowsAreFetched() {
        open(1);
        exec("1", 1, "S", ",\"fetch\":1");
        exec("2", 1, "T", "");
        var reply = reply().columns(COLUMN);
        rows(reply, 1, 3);
        reply.end();
        assertThat(sessions.statements()).hasSize(1);
        client.received();

        client.send("{\"type\":\"fetch\",\"cursor\":1,\"max_rows\":2}");
        assertThat(client.received()).last().asString().startsWith("{\"type\":\"done\",\"id\":1,");
        assertThat(sessions.latest().sql()).isEqualTo("T");
        reply().ok(0, 0, 0);
        client.send("{\"type\":\"fetch\",\"cursor\":1,\"max_rows\":2}");
        assertThat(client.received()).as("credit that came too late").hasSize(1);
    }

    @Test
    void endsACursorThatIsNotFetched() {
        open(1);
        exec("1", 1, "S", ",\"fetch\":1");
        var reply = reply().columns(COLUMN);
        rows(reply, 1, 3);
        reply.end();
        client.received();
        for (int i = 0; i < 30; i++) {
            client.send(new PongWebSocketFrame()).door().later(10_000);
        }

        assertThat(client.received())
                .anySatisfy(answer -> assertThat(answer)
                        .startsWith("{\"type\":\"error\",\"id\":1,")
                        .contains("\"errno\":3024"));
    }

    @Test
    void givesAllResultsOfACallUnderOneCursor() {
        open(1);
        exec("1", 1, "CALL", ",\"fetch\":2");
        var reply = reply().columns(COLUMN);
        rows(reply, 1, 1);
        reply.more().columns(COLUMN);
        rows(reply, 2, 3);
        reply.end();
        client.send("{\"type\":\"fetch\",\"cursor\":1,\"max_rows\":1}");

        assertThat(client.received())
                .extracting(answer -> answer.substring(9, 13))
                .containsExactly("curs", "rows", "curs", "rows", "rows", "done");
    }

    @Test
    void refusesCreditForACursorThatNeverWas() {
        open(1);
        client.send("{\"type\":\"fetch\",\"id\":9,\"cursor\":3,\"max_rows\":1}");

        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"error\",\"id\":9,\"cursor\":3,");
    }

    @Test
    void stopsTheShardWhileTheClientDoesNotRead() {
        open(1);
        exec("1", 1, "S", "");
        var reply = reply().columns(COLUMN);
        assertThat(client.received()).as("the columns").hasSize(1);
        client.door().channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        client.door().channel().runPendingTasks();
        assertThat(reply.isReading()).isFalse();
        rows(reply, 1, 3);
        assertThat(client.received()).isEmpty();

        client.door().channel().unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        client.door().channel().runPendingTasks();
        assertThat(reply.isReading()).isTrue();
        assertThat(client.received())
                .containsExactly("{\"type\":\"rows\",\"cursor\":1,\"seq\":1,\"data\":[[\"1\"],[\"2\"],[\"3\"]]}");
        reply.end();
    }

    @Test
    void resumesAShardThatBeganWhileTheClientDidNotRead() {
        open(1);
        client.door().channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        exec("1", 1, "S", "");
        var reply = reply();
        assertThat(reply.isReading()).isFalse();
        client.door().channel().unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        client.door().channel().runPendingTasks();

        assertThat(reply.isReading()).isTrue();
        reply.ok(0, 0, 0);
    }

    @Test
    void closesWhoReadsNothingForTooLong() {
        open(1);
        exec("1", 1, "S", "");
        reply().columns(COLUMN);
        client.received();
        client.door().channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        client.door().channel().runPendingTasks();
        client.send(new PongWebSocketFrame()).door().later(29_999);
        assertThat(sessions.openCount()).isEqualTo(1);
        client.door().later(1);

        assertThat(sessions.openCount()).isZero();
        assertThat(client.received()).last().asString().startsWith("close 1013 ");
        client.door().later(2_000);
        assertThat(client.door().isOpen()).isFalse();
    }

    @Test
    void boundsWhatAllAnswersHold() {
        open(1);
        exec("1", 1, "S", ",\"fetch\":1");
        var reply = reply().columns(COLUMN);
        for (int i = 0; i < 12; i++) {
            reply.row("x".repeat(100_000));
        }
        assertThat(sessions.cancelled()).hasSize(1);
        reply.error(1317, "70100", "interrupted");

        assertThat(client.received()).last().asString().contains("answer_budget_bytes");
        exec("2", 1, "S", "");
        reply().columns(COLUMN).row("x".repeat(100_000)).end();
        assertThat(client.received()).as("all was given back").hasSize(3);
    }

    @Test
    void interruptsWhatRuns() {
        open(1);
        exec("1", 1, "S", "");
        var reply = reply();
        client.send("{\"type\":\"cancel\",\"id\":1}");
        assertThat(sessions.cancelled()).hasSize(1);
        assertThat(client.received()).isEmpty();
        reply.error(1317, "70100", "Query execution was interrupted");

        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"error\",\"id\":1,\"error\":{\"code\":\"TIMEOUT_ERROR\"")
                .contains("\"errno\":1317");
    }

    @Test
    void interruptsWhatWaitsAtOnce() {
        open(1);
        exec("1", 1, "A", "");
        exec("2", 1, "B", "");
        client.send("{\"type\":\"cancel\",\"id\":2}");
        assertThat(client.received()).singleElement().asString().startsWith("{\"type\":\"error\",\"id\":2,");
        reply().ok(0, 0, 0);

        assertThat(sessions.statements()).hasSize(1);
        assertThat(client.received()).singleElement().asString().startsWith("{\"type\":\"done\",\"id\":1,");
    }

    @Test
    void interruptsACursorThatWaitsForCredit() {
        open(1);
        exec("1", 1, "S", ",\"fetch\":0");
        var reply = reply().columns(COLUMN);
        rows(reply, 1, 3);
        reply.end();
        client.received();
        client.send("{\"type\":\"cancel\",\"id\":1}").send("{\"type\":\"cancel\",\"id\":\"unknown\"}");

        assertThat(client.received()).singleElement().asString().contains("\"errno\":1317");
        exec("1", 1, "T", "");
        reply().ok(0, 0, 0);
        assertThat(client.received()).singleElement().asString().startsWith("{\"type\":\"done\",\"id\":1,");
    }

    @Test
    void endsTheStatementOfAKilledSession() {
        open(1);
        exec("1", 1, "S", "");
        sessions.kill(sessions.latest().session(), true);
        reply().error(1317, "70100", "interrupted");
        exec("2", 1, "S", "");

        assertThat(client.received())
                .hasSize(2)
                .allSatisfy(answer -> assertThat(answer).contains("\"errno\":3101"));
        client.send("{\"type\":\"close\",\"stream\":1}");
        assertThat(client.received()).containsExactly("{\"type\":\"close_ok\",\"stream\":1}");
    }

    @Test
    void beginsAndEndsTransactions() {
        open(1);
        client.send("{\"type\":\"begin\",\"id\":1,\"stream\":1,\"isolation\":\"read committed\",\"readonly\":true}");
        reply().ok(0, 0, 0);
        sessions.latest().target().ok(new LocalOk(1));
        client.send("{\"type\":\"commit\",\"id\":2,\"stream\":1}");
        reply().ok(0, 0, 0);
        client.send("{\"type\":\"rollback\",\"id\":3,\"stream\":1}");
        reply().error(1064, "42000", "no");

        assertThat(sessions.statements())
                .extracting("sql")
                .containsExactly(
                        "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
                        "START TRANSACTION READ ONLY",
                        "COMMIT",
                        "ROLLBACK");
        assertThat(client.received())
                .satisfiesExactly(
                        answer -> assertThat(answer).isEqualTo("{\"type\":\"done\",\"id\":1,\"success\":true}"),
                        answer -> assertThat(answer).isEqualTo("{\"type\":\"done\",\"id\":2,\"success\":true}"),
                        answer -> assertThat(answer).startsWith("{\"type\":\"error\",\"id\":3,"));
    }

    @Test
    void opensAStreamAsItsOptionsSay() {
        greeted();
        client.send("{\"type\":\"open\",\"stream\":1,\"db\":\"a`b\",\"opts\":{\"isolation\":\"serializable\","
                + "\"readonly\":true,\"shard_key\":42,\"timeout_ms\":1500}}");
        exec("1", 1, "S", "");
        for (int i = 0; i < 3; i++) {
            assertThat(client.received()).isEmpty();
            reply().ok(0, 0, 0);
        }
        assertThat(client.received()).containsExactly("{\"type\":\"open_ok\",\"stream\":1}");
        assertThat(sessions.statements())
                .extracting("sql")
                .containsExactly(
                        "USE `a``b`",
                        "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
                        "SET SESSION TRANSACTION READ ONLY",
                        "/*+ shard_key=42 */ S");
        assertThat(sessions.latest().session().timeLimitMillis()).isEqualTo(1_500);
        reply().ok(0, 0, 0);
    }

    @Test
    void answersEverythingOnAStreamThatDidNotOpenByTheReason() {
        greeted();
        client.send("{\"type\":\"open\",\"stream\":1,\"db\":\"x\"}");
        exec("1", 1, "S", "");
        reply().error(1044, "42000", "Access denied");
        exec("2", 1, "S", "");

        assertThat(client.received())
                .satisfiesExactly(
                        answer -> assertThat(answer)
                                .startsWith("{\"type\":\"error\",\"stream\":1,")
                                .contains("1044"),
                        answer -> assertThat(answer)
                                .startsWith("{\"type\":\"error\",\"id\":1,")
                                .contains("1044"),
                        answer -> assertThat(answer)
                                .startsWith("{\"type\":\"error\",\"id\":2,")
                                .contains("1044"));
        client.send("{\"type\":\"close\",\"stream\":1}").send("{\"type\":\"open\",\"stream\":1}");
        assertThat(client.received())
                .containsExactly("{\"type\":\"close_ok\",\"stream\":1}", "{\"type\":\"open_ok\",\"stream\":1}");
    }

    @Test
    void closesAStreamBehindWhatItWasAsked() {
        open(1);
        exec("1", 1, "S", "");
        client.send("{\"type\":\"close\",\"stream\":1}");
        exec("2", 1, "S", "");
        assertThat(client.received())
                .singleElement()
                .asString()
                .contains("\"id\":2")
                .contains("being closed");
        reply().ok(0, 0, 0);

        assertThat(client.received()).hasSize(2).last().isEqualTo("{\"type\":\"close_ok\",\"stream\":1}");
        assertThat(sessions.openCount()).isZero();
        exec("3", 1, "S", "");
        assertThat(client.received()).singleElement().asString().contains("no stream 1");
    }

    @Test
    void boundsStreams() {
        open(1, 2, 3, 4);
        client.send("{\"type\":\"open\",\"stream\":5}");

        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"error\",\"stream\":5,")
                .contains("max_streams");
    }

    @Test
    void endsAStreamThatIsNotUsed() {
        open(1);
        client.door().later(20_000);
        client.send(new PongWebSocketFrame()).door().later(20_000);
        client.send(new PongWebSocketFrame()).door().later(20_000);
        assertThat(sessions.openCount()).isZero();
        client.received();
        exec("1", 1, "S", "");

        assertThat(client.received()).singleElement().asString().contains("waited for more than 60000 ms");
    }

    @Test
    void readsNoFurtherThanItsUnansweredRequests() {
        open(1, 2);
        for (int i = 0; i < 20; i++) {
            exec("" + i, 1, "S" + i, "");
        }
        assertThat(client.door().channel().config().isAutoRead()).isFalse();
        for (int i = 0; i < 20; i++) {
            reply().ok(0, 0, 0);
            client.door().channel().runPendingTasks();
        }

        assertThat(client.received())
                .hasSize(20)
                .allSatisfy(answer -> assertThat(answer).startsWith("{\"type\":\"done\""));
        assertThat(client.door().channel().config().isAutoRead()).isTrue();
    }

    @Test
    void readsOnWhereACursorWaitsForCredit() {
        open(1);
        exec("0", 1, "S", ",\"fetch\":1");
        for (int i = 1; i < 9; i++) {
            exec("" + i, 1, "S", "");
        }
        assertThat(client.door().channel().config().isAutoRead()).isFalse();
        var reply = reply().columns(COLUMN);
        rows(reply, 1, 3);
        client.door().channel().runPendingTasks();
        assertThat(client.door().channel().config().isAutoRead()).isTrue();

        assertThat(client.received()).last().asString().contains("\"id\":8").contains("max_inflight");
        client.send("{\"type\":\"fetch\",\"cursor\":1,\"max_rows\":9}");
        reply.end();
        assertThat(client.received()).last().asString().startsWith("{\"type\":\"done\",\"id\":0,");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"exec\",\"id\":1,\"stream\":1,\"sql\":\"T\"}",
                "{\"type\":\"begin\",\"id\":1,\"stream\":2}",
                "{\"type\":\"subscribe\",\"id\":1,\"table\":\"t\"}",
                "{\"type\":\"open\",\"stream\":1}",
            })
    void closesOnWhatIsInUse(String message) {
        open(1);
        exec("1", 1, "S", "");
        client.send(message);

        assertThat(client.received()).singleElement().asString().startsWith("close 4409 ");
        assertThat(sessions.openCount()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"exec\",\"id\":1,\"sql\":\"S\"} | stream",
                "{\"type\":\"exec\",\"id\":1,\"stream\":1} | sql",
                "{\"type\":\"exec\",\"id\":1,\"stream\":1,\"sql\":\" \"} | 1065",
                "{\"type\":\"exec\",\"id\":1,\"stream\":9,\"sql\":\"S\"} | no stream 9",
                "{\"type\":\"exec\",\"id\":1,\"stream\":-1,\"sql\":\"S\"} | stream",
                "{\"type\":\"exec\",\"id\":1,\"stream\":1.5,\"sql\":\"S\"} | stream",
                "{\"type\":\"exec\",\"id\":1,\"stream\":1,\"sql\":{\"a\":[1]}} | sql",
                "{\"type\":\"exec\",\"id\":1,\"stream\":1,\"sql\":\"S\",\"params\":[1]} | placeholders",
                "{\"type\":\"exec\",\"id\":1,\"stream\":1,\"sql\":\"S ?\",\"params\":[1],\"named\":{}} | either",
                "{\"type\":\"exec\",\"id\":1,\"stream\":1,\"sql\":\"S\",\"fetch\":-1} | fetch",
                "{\"type\":\"exec\",\"id\":1,\"stream\":1,\"sql\":\"S\",\"row_format\":\"csv\"} | row_format",
                "{\"type\":\"exec\",\"id\":1,\"stream\":1,\"sql\":\"S\",\"timeout_ms\":0} | timeout_ms",
                "{\"type\":\"exec\",\"id\":1,\"stream\":1,\"sql\":\"S\",\"hints\":{\"x\":1}} | hint",
                "{\"type\":\"begin\",\"id\":1,\"stream\":1,\"isolation\":\"none\"} | isolation",
                "{\"type\":\"begin\",\"id\":1,\"stream\":1,\"readonly\":\"yes\"} | readonly",
                "{\"type\":\"commit\",\"id\":1} | stream",
                "{\"type\":\"fetch\",\"id\":1,\"cursor\":1} | max_rows",
                "{\"type\":\"fetch\",\"id\":1,\"cursor\":1,\"max_rows\":0} | max_rows",
                "{\"type\":\"subscribe\",\"id\":1} | changes",
                "{\"type\":\"subscribe\",\"id\":1,\"channel\":\"c\"} | table",
                "{\"type\":\"unsubscribe\",\"id\":1,\"sub\":5} | no subscription",
            })
    void answersWhatItCannotRunByAnErrorAndStaysOpen(String message, String reason) {
        open(1);
        client.send(message);

        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"error\",\"id\":1,\"error\":{")
                .contains(reason);
        assertThat(client.door().isOpen()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | 4400",
                "{\"type\":\"nothing\",\"id\":1} | 4400",
                "{\"type\":7,\"id\":1} | 4400",
                "{\"type\":\"exec\",\"stream\":1,\"sql\":\"S\"} | 4400",
                "{\"type\":\"exec\",\"id\":{},\"stream\":1,\"sql\":\"S\"} | 4400",
                "{\"type\":\"open\"} | 4400",
                "{\"type\":\"open\",\"stream\":\"1\"} | 4400",
                "{\"type\":\"close\",\"stream\":99999999999} | 4400",
                "{\"type\":\"fetch\",\"max_rows\":1} | 4400",
                "{\"type\":\"cancel\"} | 4400",
                "{\"type\":\"auth\"} | 4400",
                "{\"type\":\"auth\",\"token\":\"bad\"} | 4401",
                "{\"type\":\"auth\",\"token\":\"other\"} | 4403",
                "{\"type\":\"exec\",\"id\":1,\"id\":2} | 1007",
                "[1] | 1007",
                "{\"type\":\"ping\"}{} | 1007",
                "{\"type\":\"ping\" | 1007",
            })
    void closesWithAReasonOnWhatCannotBeAnswered(String message, int code) {
        open(1);
        client.send(message);

        assertThat(client.received()).singleElement().asString().matches("close " + code + " .+");
    }

    @Test
    void closesOnBinaryMessages() {
        greeted();
        client.send(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(new byte[] {1})));

        assertThat(client.received()).singleElement().asString().startsWith("close 1003 ");
    }

    @Test
    void answersPings() {
        greeted();
        client.send("{\"type\":\"ping\"}")
                .send("{\"type\":\"ping\",\"id\":\"p\"}")
                .send("{\"type\":\"pong\"}");

        assertThat(client.received()).containsExactly("{\"type\":\"pong\"}", "{\"type\":\"pong\",\"id\":\"p\"}");
    }

    @Test
    void pingsAndClosesWhoDoesNotAnswer() {
        greeted();
        client.door().later(25_000).later(25_000);
        assertThat(client.received()).containsExactly("ping", "ping");
        client.door().later(25_000);

        assertThat(client.received()).containsExactly("close 4408 No answer to 2 pings");
    }

    @Test
    void doesNotCountPingsWhileItReadsNothing() {
        open(1);
        for (int i = 0; i < 8; i++) {
            exec("" + i, 1, "S", "");
        }
        client.door().later(25_000).later(25_000).later(25_000).later(25_000);

        assertThat(client.received()).containsExactly("ping", "ping", "ping", "ping");
    }

    @Test
    void takesAnotherTokenBeforeTheFirstExpires() {
        client.upgrade(SUBPROTOCOL);
        client.send("{\"type\":\"hello\",\"token\":\"short\"}");
        assertThat(client.received().get(0)).matches(".*\"expires_in_ms\":(59\\d{3}|60000)\\}");
        client.send(new PongWebSocketFrame()).door().later(30_000);
        assertThat(client.received())
                .contains("ping")
                .anySatisfy(
                        message -> assertThat(message).startsWith("{\"type\":\"warning\",\"code\":\"TOKEN_EXPIRES\""));

        client.send("{\"type\":\"auth\",\"token\":\"good\"}");
        assertThat(client.received()).containsExactly("{\"type\":\"auth_ok\"}");
        client.send(new PongWebSocketFrame()).door().later(40_000);
        assertThat(client.received()).containsExactly("ping");
    }

    @Test
    void closesWhenTheTokenHasExpired() {
        client.upgrade(SUBPROTOCOL);
        client.send("{\"type\":\"hello\",\"token\":\"short\"}").send("{\"type\":\"open\",\"stream\":1}");
        exec("1", 1, "S", "");
        client.door().later(30_000);
        client.send(new PongWebSocketFrame()).door().later(30_001);

        assertThat(client.received()).last().isEqualTo("close 4401 The token has expired");
        assertThat(sessions.openCount()).isZero();
    }

    @Test
    void closesTheSocketOfWhoMayNotActAnyMore() {
        open(1);
        client.door().revoke();
        client.door().later(2_001);

        assertThat(client.received()).containsExactly("close 4403 This user may not act here any more");
    }

    @Test
    void saysThatItGoesAndWaitsForWhatRuns() {
        open(1, 2);
        exec("1", 1, "S", "");
        client.door().channel().pipeline().fireUserEventTriggered(new Drain(7_000));
        exec("2", 2, "T", "");
        client.send("{\"type\":\"open\",\"stream\":3}");
        assertThat(client.received())
                .satisfiesExactly(
                        answer -> assertThat(answer)
                                .isEqualTo(
                                        "{\"type\":\"goaway\",\"reason\":\"The gateway is shutting down\",\"drain_ms\":7000}"),
                        answer -> assertThat(answer).contains("\"id\":2").contains("1053"),
                        answer -> assertThat(answer).contains("\"stream\":3").contains("1053"));
        sessions.statements().get(0).reply().ok(0, 0, 0);

        assertThat(client.received()).hasSize(2).last().isEqualTo("close 1001 The gateway is shutting down");
    }

    @Test
    void endsEverythingWithTheSocket() {
        open(1, 2, 3);
        exec("1", 1, "S", ",\"fetch\":1");
        var reply = reply().columns(COLUMN);
        rows(reply, 1, 3);
        exec("2", 2, "S", ",\"fetch\":1");
        rows(reply().columns(COLUMN), 1, 3);
        reply.end();
        client.door().channel().close();

        assertThat(sessions.openCount()).isZero();
    }

    @Test
    void answersInOneFlightAlsoWhereTheAnswersComeAtOnce() {
        greeted();
        client.send("{\"type\":\"open\",\"stream\":1}").send("{\"type\":\"open\",\"stream\":2}");

        assertThat(client.received())
                .isEqualTo(List.of("{\"type\":\"open_ok\",\"stream\":1}", "{\"type\":\"open_ok\",\"stream\":2}"));
    }
}
