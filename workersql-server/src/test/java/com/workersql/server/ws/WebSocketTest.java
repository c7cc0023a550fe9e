// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.WriteBufferWaterMark;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Messages of the plain form, and what answers them. */
class WebSocketTest extends SocketFixture {
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
    void givesAClientTheTimeThatALargeAnswerTakesIt() {
        client.connected();
        client.door().channel().config().setWriteBufferWaterMark(new WriteBufferWaterMark(1_000, 2_000));
        client.door().reads(0);
        client.send("{\"type\":\"query\",\"id\":1,\"sql\":\"A\"}");
        sessions.latest().reply().columns(COLUMN).row("x".repeat(40_000)).end();
        for (int i = 0; i < 20; i++) {
            client.door().later(29_000).reads(1_000);
            assertThat(client.door().isOpen()).as("after %s reads", i).isTrue();
        }
        client.door().readsOn();

        assertThat(client.received().get(0)).contains("x".repeat(40_000)).endsWith("\"success\":true}}");
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
}
