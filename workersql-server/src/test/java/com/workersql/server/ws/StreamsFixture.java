// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.server.http.TestDoor;
import com.workersql.server.http.query.FakeSessions;
import com.workersql.server.http.query.ShardReply;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;

/** A client of {@code workersql.v1} at a door whose statements the test answers. */
abstract class StreamsFixture {
    static final ColumnDefinition COLUMN = ColumnDefinition.of("a", ColumnType.VAR_STRING);
    static final String SUBPROTOCOL = "Sec-WebSocket-Protocol: workersql.v1\r\n";
    static final String HELLO = "{\"type\":\"hello\",\"client\":\"test/1\"}";

    final SocketClient client = new SocketClient(WebSocketSettings.of(
            Map.of(
                    WebSocketSettings.MAX_STREAMS,
                    4L,
                    WebSocketSettings.MAX_INFLIGHT,
                    8L,
                    WebSocketSettings.ANSWER_BUDGET_BYTES,
                    1L << 20,
                    WebSocketSettings.STREAM_IDLE_MILLIS,
                    60_000L,
                    WebSocketSettings.MAX_STATEMENTS,
                    3L),
            Set.of()));
    final FakeSessions sessions = client.door().sessions();

    @AfterEach
    void leavesNoSessionOpen() {
        client.close();
        assertThat(sessions.openCount()).isZero();
    }

    void greeted() {
        client.upgrade(TestDoor.authorization() + SUBPROTOCOL);
        client.send(HELLO);
        client.received();
    }

    void open(int... streams) {
        greeted();
        for (int stream : streams) {
            client.send("{\"type\":\"open\",\"stream\":" + stream + "}");
        }
        client.received();
    }

    void exec(String id, int stream, String sql, String more) {
        client.send(
                "{\"type\":\"exec\",\"id\":" + id + ",\"stream\":" + stream + ",\"sql\":\"" + sql + "\"" + more + "}");
    }

    ShardReply reply() {
        return sessions.latest().reply();
    }

    void rows(ShardReply reply, int from, int to) {
        for (int i = from; i <= to; i++) {
            reply.row(i);
        }
    }
}
