// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.session.Drain;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code workersql.v1} does with messages that cannot be, and with the socket itself. */
class StreamMessagesTest extends StreamsFixture {
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
    void closesWithAReasonOnAFaultOfItsOwn() {
        open(1);
        exec("1", 1, "S", "");
        client.door().channel().pipeline().fireExceptionCaught(new IllegalStateException("broken on purpose"));

        assertThat(client.received()).singleElement().asString().matches("close 1011 .+");
        assertThat(sessions.openCount()).isZero();
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
}
