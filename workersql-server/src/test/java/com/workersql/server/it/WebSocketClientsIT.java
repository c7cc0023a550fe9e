// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The JDK's WebSocket before real shards. */
class WebSocketClientsIT {
    private static Fleet fleet;
    private static Http acme;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start();
        acme = new Http(fleet, "acme");
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    @BeforeEach
    void emptyTable() throws Exception {
        acme.query("DROP TABLE IF EXISTS ws_rows");
        acme.query("CREATE TABLE ws_rows (id INT PRIMARY KEY, v VARCHAR(20))");
    }

    private static String query(int id, String sql, String parameters, String transaction) {
        return "{\"type\":\"query\",\"id\":" + id + ",\"sql\":\"" + sql + "\",\"params\":[" + parameters
                + "],\"rows\":\"array\"" + (transaction == null ? "" : ",\"transactionId\":\"" + transaction + "\"")
                + "}";
    }

    private static String end(String type, String transaction) {
        return "{\"type\":\"" + type + "\",\"id\":\"e\",\"transactionId\":\"" + transaction + "\"}";
    }

    private static long count() throws Exception {
        return acme.query("SELECT * FROM ws_rows").data().size();
    }

    @Test
    void answersAQueryByTheWholeResponse() throws Exception {
        try (var socket = acme.connect()) {
            var answer = socket.call(query(7, "SELECT ? AS a", "5", null));

            assertThat(answer).containsEntry("type", "response").containsEntry("id", 7);
            assertThat(Http.data(answer)).containsEntry("success", true).containsEntry("rowCount", 1);
            assertThat(Http.data(answer).get("data")).hasToString("[[5]]");
        }
    }

    @Test
    void commitsATransaction() throws Exception {
        try (var socket = acme.connect()) {
            var transaction = socket.begin();
            socket.call(query(1, "INSERT INTO ws_rows VALUES (?, ?)", "1,\"a\"", transaction));
            assertThat(count()).isZero();
            var inside = socket.call(query(2, "SELECT id FROM ws_rows", "", transaction));
            assertThat(Http.data(inside).get("data")).hasToString("[[1]]");

            assertThat(socket.call(end("commit", transaction))).containsEntry("type", "response");
            assertThat(count()).isEqualTo(1);
        }
    }

    @Test
    void rollsATransactionBack() throws Exception {
        try (var socket = acme.connect()) {
            var transaction = socket.begin();
            socket.call(query(1, "INSERT INTO ws_rows VALUES (?, ?)", "1,\"a\"", transaction));

            assertThat(socket.call(end("rollback", transaction))).containsEntry("type", "response");
            assertThat(count()).isZero();
            assertThat(socket.call(query(2, "SELECT 1", "", transaction))).containsEntry("type", "error");
        }
    }

    @Test
    void answersParallelCallsOfATransactionInTheirOrder() throws Exception {
        try (var socket = acme.connect()) {
            var transaction = socket.begin();
            for (int i = 1; i <= 10; i++) {
                socket.send(query(i, "INSERT INTO ws_rows VALUES (?, SLEEP(0.01))", Integer.toString(i), transaction));
            }
            socket.send(end("commit", transaction));
            var ids = new ArrayList<Object>();
            for (int i = 0; i < 11; i++) {
                ids.add(socket.next().get("id"));
            }

            assertThat(ids).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "e");
            assertThat(count()).isEqualTo(10);
        }
    }

    @Test
    void keepsTransactionsOfOneSocketApart() throws Exception {
        try (var socket = acme.connect()) {
            var first = socket.begin();
            var second = socket.begin();
            socket.call(query(1, "INSERT INTO ws_rows VALUES (?, ?)", "1,\"a\"", first));
            socket.call(query(2, "INSERT INTO ws_rows VALUES (?, ?)", "2,\"b\"", second));
            socket.call(end("rollback", first));
            socket.call(end("commit", second));

            assertThat(acme.query("SELECT id FROM ws_rows").data()).hasToString("[[2]]");
        }
    }

    @Test
    void goesOnBehindAnErrorInATransaction() throws Exception {
        try (var socket = acme.connect()) {
            var transaction = socket.begin();
            socket.call(query(1, "INSERT INTO ws_rows VALUES (?, ?)", "1,\"a\"", transaction));
            var duplicate = socket.call(query(2, "INSERT INTO ws_rows VALUES (?, ?)", "1,\"a\"", transaction));
            assertThat(duplicate).containsEntry("type", "error").containsEntry("id", 2);
            assertThat(error(duplicate)).containsEntry("code", "INVALID_QUERY");
            socket.call(query(3, "INSERT INTO ws_rows VALUES (?, ?)", "2,\"a\"", transaction));
            socket.call(end("commit", transaction));

            assertThat(count()).isEqualTo(2);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> error(Map<String, Object> message) {
        return (Map<String, Object>) message.get("error");
    }

    @Test
    void rollsBackWhenTheSocketGoes() throws Exception {
        try (var socket = acme.connect()) {
            var transaction = socket.begin();
            socket.call(query(1, "INSERT INTO ws_rows VALUES (?, ?)", "1,\"a\"", transaction));
        }
        // Waits for the row's lock until the other transaction is gone.
        assertThat(acme.query("INSERT INTO ws_rows VALUES (?, ?)", "1", "\"b\"").status())
                .isEqualTo(200);
    }

    @Test
    void closesWithAReason() throws Exception {
        try (var socket = acme.connect()) {
            socket.send("no json");

            assertThat(socket.closeCode()).isEqualTo(1007);
        }
    }
}
