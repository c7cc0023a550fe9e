// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.execute.LocalOk;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The streams of {@code workersql.v1} and their statements, which the test answers. */
class StreamsTest extends StreamsFixture {
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
    void answersInOneFlightAlsoWhereTheAnswersComeAtOnce() {
        greeted();
        client.send("{\"type\":\"open\",\"stream\":1}").send("{\"type\":\"open\",\"stream\":2}");

        assertThat(client.received())
                .isEqualTo(List.of("{\"type\":\"open_ok\",\"stream\":1}", "{\"type\":\"open_ok\",\"stream\":2}"));
    }
}
