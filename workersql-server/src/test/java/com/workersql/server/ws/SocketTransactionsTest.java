// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.session.Drain;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import org.junit.jupiter.api.Test;

/** Transactions by the messages {@code begin}, {@code commit} and {@code rollback}. */
class SocketTransactionsTest extends SocketFixture {
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
}
