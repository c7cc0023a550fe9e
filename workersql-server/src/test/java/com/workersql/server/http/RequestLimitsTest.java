// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.ws.WebSocketSettings;
import org.junit.jupiter.api.Test;

/** How large requests may be, and how long each part of them may take. */
class RequestLimitsTest extends DoorFixture {
    @Test
    void stopsReadingWhatIsPipelinedBeyondItsLimit() {
        door.send(TestDoor.post("{\"sql\":\"A\"}", ""));
        door.send(TestDoor.post("{\"sql\":\"B\",\"x\":\"" + "x".repeat(4_000) + "\"}", ""));
        assertThat(door.channel().config().isAutoRead()).isFalse();

        door.sessions().latest().reply().ok(1, 0, 0);
        door.received();
        assertThat(door.channel().config().isAutoRead()).isTrue();
        door.sessions().latest().reply().ok(1, 0, 0);
    }

    @Test
    void closesAClientThatReadsNothingOfItsAnswer() {
        door.query("{\"sql\":\"S\"}");
        door.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        door.channel().runPendingTasks();
        door.later(29_999);
        assertThat(door.isOpen()).isTrue();

        door.later(1);
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void refusesABodyBeyondItsLimitBeforeItArrives() {
        door.send("POST /v1/query HTTP/1.1\r\nHost: h\r\nContent-Length: 5001\r\nExpect: 100-continue\r\n\r\n");

        assertThat(door.received())
                .startsWith("HTTP/1.1 413 ")
                .contains("connection: close")
                .contains("http.max_body_bytes");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void refusesAChunkedBodyBeyondItsLimit() {
        door.send("POST /v1/query HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 6; i++) {
            door.send("3E8\r\n" + "x".repeat(1000) + "\r\n");
        }

        assertThat(door.received()).startsWith("HTTP/1.1 413 ");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void gathersBodiesWithinTheBudgetOfStatements() {
        int before = door.budgetLeft();
        door.query("{\"sql\":\"S\"}");
        assertThat(door.budgetLeft()).isEqualTo(before - 11);
        door.sessions().latest().reply().ok(0, 0, 0);
        assertThat(door.budgetLeft()).isEqualTo(before);
        door.received();

        door.budgetLeft(10);
        door.query("{\"sql\":\"S\"}");
        assertThat(door.received()).startsWith("HTTP/1.1 503 ").contains("statement_budget_bytes");
        assertThat(door.budgetLeft()).isEqualTo(10);
    }

    @Test
    void refusesARequestLineBeyondItsLimit() {
        door.get("/" + "x".repeat(1_000));

        assertThat(door.received()).startsWith("HTTP/1.1 414 ");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void refusesHeadersBeyondTheirLimit() {
        door.send("GET /livez HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(2_000) + "\r\n\r\n");

        assertThat(door.received()).startsWith("HTTP/1.1 431 ");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void givesHeadersTenSeconds() {
        door.send("GET /livez HTTP/1.1\r\n");
        for (int i = 0; i < 9; i++) {
            door.later(1_000).send("X" + i + ": y\r\n");
        }
        assertThat(door.isOpen()).isTrue();

        door.later(1_000);
        assertThat(door.received()).startsWith("HTTP/1.1 408 ");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void givesTheHeadersOfALaterRequestTenSeconds() {
        door.get("/livez").later(50_000).send("GET /livez HTTP/1.1\r\n").later(9_999);
        assertThat(door.isOpen()).isTrue();

        door.later(1);
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void givesABodyItsTime() {
        door.send("POST /sql HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n").later(30_000);

        assertThat(door.received()).startsWith("HTTP/1.1 408 ");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void closesAConnectionThatSaysNothing() {
        door.later(10_000);

        assertThat(door.received()).isEmpty();
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void closesAConnectionThatStaysIdle() {
        door.get("/livez").later(59_999);
        assertThat(door.isOpen()).isTrue();

        door.later(1);
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void doesNotCloseWhileAStatementRuns() {
        door.query("{\"sql\":\"S\"}").later(200_000);

        assertThat(door.isOpen()).isTrue();
        door.sessions().latest().reply().ok(0, 0, 0);
    }

    @Test
    void refusesConnectionsBeyondItsLimit() {
        var none = TestDoor.settings().withMaxConnections(0);
        try (var full = new TestDoor(none, WebSocketSettings.defaults())) {
            assertThat(full.received()).startsWith("HTTP/1.1 503 ").contains("max_connections");
            assertThat(full.isOpen()).isFalse();
        }
    }
}
