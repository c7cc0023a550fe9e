// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.http.TestDoor;
import com.workersql.server.session.Principal;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenSocketsTest {
    private static final String STREAMS = "Sec-WebSocket-Protocol: workersql.v1\r\n";

    private final SocketClient client = new SocketClient(WebSocketSettings.defaults());

    @AfterEach
    void close() {
        client.close();
        assertThat(client.door().sessions().openCount()).isZero();
    }

    private CompletableFuture<Integer> end(Predicate<Principal> whose) {
        var ended = client.door().door().sockets().end(whose);
        client.door().channel().runPendingTasks();
        return ended;
    }

    @ParameterizedTest
    @CsvSource({"'',1008", "'Sec-WebSocket-Protocol: workersql.v1\r\n',4403"})
    void areClosedWithAReasonWhereTheyAreMeant(String protocol, int code) {
        client.upgrade(TestDoor.authorization() + protocol);

        assertThat(end(principal -> principal.user().equals("bob"))).isCompletedWithValue(0);
        assertThat(client.received()).isEmpty();
        assertThat(end(principal -> principal.user().equals("ada"))).isCompletedWithValue(1);
        assertThat(client.received())
                .containsExactly("close " + code + " An administrator has ended this user's connections");
        assertThat(end(principal -> true)).as("once").isCompletedWithValue(0);
    }

    @Test
    void stayWhereNobodyHasProvedWhoItIs() {
        client.upgrade(STREAMS);

        assertThat(end(principal -> true)).isCompletedWithValue(0);
        assertThat(client.door().isOpen()).isTrue();
    }

    @Test
    void endTheStatementsThatRunOnThem() {
        client.connected().send("{\"type\":\"query\",\"id\":1,\"sql\":\"SELECT SLEEP(9)\"}");
        assertThat(client.door().sessions().openCount()).isOne();

        end(principal -> true);

        assertThat(client.door().sessions().openCount()).isZero();
        assertThat(client.received()).singleElement().asString().startsWith("close 1008 ");
    }
}
