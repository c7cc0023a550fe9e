// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.http.query.ShardReply;
import com.workersql.server.session.Drain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that read their answers slowly, and not at all. */
class SlowReadersTest extends DoorFixture {
    private static final int LARGE = 500_000;

    private ShardReply ask(String headers) {
        door.reads(0);
        door.query("{\"sql\":\"S\",\"rows\":\"array\"}", headers);
        return door.sessions().latest().reply().columns(COLUMN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Connection: close\r\n"})
    void haveAllTheTimeThatALargeRowTakesThem(String headers) {
        ask(headers).row("x".repeat(LARGE)).end();
        for (int i = 0; i < 20; i++) {
            door.later(29_000).reads(10_000);
            assertThat(door.isOpen()).as("after %s reads", i).isTrue();
        }
        door.later(29_000).readsOn();

        assertThat(door.received()).contains("x".repeat(LARGE)).contains("\"success\":true}");
        assertThat(door.isOpen()).isEqualTo(headers.isEmpty());
    }

    @Test
    void haveItAlsoWhileRowsStillCome() {
        var reply = ask("").row("x".repeat(LARGE));
        assertThat(reply.isReading()).isFalse();
        for (int i = 0; i < 8; i++) {
            door.later(29_000).reads(10_000);
        }
        assertThat(door.isOpen()).isTrue();
        door.readsOn();
        assertThat(reply.isReading()).isTrue();
        reply.end();
        assertThat(door.received()).endsWith("\"success\":true}\r\n0\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Connection: close\r\n"})
    void areClosedWhenTheyStop(String headers) {
        ask(headers).row("x".repeat(LARGE)).end();
        door.later(29_000).reads(10_000).later(29_000);
        assertThat(door.isOpen()).isTrue();

        door.later(31_000);
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void getTheRestOfTheirAnswerWhenTheGatewayStops() {
        ask("").row("x".repeat(10_000)).end();
        door.channel().pipeline().fireUserEventTriggered(new Drain(30_000));
        assertThat(door.isOpen()).isTrue();

        door.readsOn();
        assertThat(door.received()).endsWith("\"success\":true}");
        assertThat(door.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {10_000, LARGE})
    void getTheRestOfAnAnswerThatEndsAsTheGatewayStops(int rowBytes) {
        var reply = ask("").row("x".repeat(70_000));
        door.readsOn();
        assertThat(door.received()).contains("transfer-encoding: chunked");
        door.channel().pipeline().fireUserEventTriggered(new Drain(30_000));
        door.reads(0);
        reply.row("y".repeat(rowBytes)).end();
        door.later(29_000).reads(5_000);
        assertThat(door.isOpen()).isTrue();

        door.readsOn();
        assertThat(door.received()).endsWith("\"success\":true}\r\n0\r\n\r\n");
        assertThat(door.isOpen()).isFalse();
    }
}
