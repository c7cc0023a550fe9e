// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import org.junit.jupiter.api.Test;

/** Rows by credit, and clients that do not read. */
class StreamCursorsTest extends StreamsFixture {
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
}
