// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.server.execute.LocalOk;
import com.workersql.server.http.query.FakeSessions;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;

/** A WebSocket of plain messages with small limits, whose statements a test answers, and no session that is open at the end. */
abstract class SocketFixture {
    static final ColumnDefinition COLUMN = ColumnDefinition.of("a", ColumnType.VAR_STRING);

    final SocketClient client = new SocketClient(settings());

    final FakeSessions sessions = client.door().sessions();

    static WebSocketSettings settings() {
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
                Set.of("https://app.example"),
                false);
    }

    @AfterEach
    void leavesNoSessionOpen() {
        client.close();
        assertThat(sessions.openCount()).isZero();
    }

    String begin(String id) {
        client.send("{\"type\":\"begin\",\"id\":\"" + id + "\"}");
        sessions.latest().target().ok(new LocalOk(1));
        var answer = client.received().get(0);
        assertThat(answer)
                .matches("\\{\"type\":\"response\",\"id\":\"" + id
                        + "\",\"data\":\\{\"transactionId\":\"[0-9a-f]{32}\"\\}\\}");
        return answer.replaceAll(".*\"transactionId\":\"([0-9a-f]+)\".*", "$1");
    }
}
