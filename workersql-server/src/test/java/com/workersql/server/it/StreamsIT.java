// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code workersql.v1} by the JDK's WebSocket, before real shards. */
class StreamsIT {
    private static Fleet fleet;
    private static Http acme;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start();
        acme = new Http(fleet, "acme");
        acme.query("DROP TABLE IF EXISTS streamed_rows");
        acme.query("CREATE TABLE streamed_rows (id INT PRIMARY KEY, v VARCHAR(200))");
        var values = new ArrayList<String>();
        for (int i = 0; i < 1_000; i++) {
            values.add("(" + i + ",REPEAT('x',100))");
        }
        acme.query("INSERT INTO streamed_rows VALUES " + String.join(",", values));
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static String open(int stream) {
        return "{\"type\":\"open\",\"stream\":" + stream + "}";
    }

    private static String exec(int id, int stream, String sql, String more) {
        return "{\"type\":\"exec\",\"id\":" + id + ",\"stream\":" + stream + ",\"sql\":\"" + sql + "\"" + more + "}";
    }

    private static String control(String type, int id, int stream) {
        return "{\"type\":\"" + type + "\",\"id\":" + id + ",\"stream\":" + stream + "}";
    }

    private static List<?> data(Map<String, Object> message) {
        return (List<?>) message.get("data");
    }

    @SuppressWarnings("unchecked")
    private static Object errno(Map<String, Object> message) {
        assertThat(message).as("%s", message).containsEntry("type", "error");
        var error = (Map<String, Object>) message.get("error");
        return ((Map<String, Object>) error.get("details")).get("errno");
    }

    /** Takes the messages of a request up to its last one; the rows of all. */
    private static List<Object> rows(Http.Socket socket) throws InterruptedException {
        var rows = new ArrayList<Object>();
        var message = socket.next();
        while (!"done".equals(message.get("type"))) {
            assertThat(message).as("%s", message).doesNotContainEntry("type", "error");
            if ("rows".equals(message.get("type"))) {
                rows.addAll(data(message));
            }
            message = socket.next();
        }
        return rows;
    }

    @Test
    void answersAStatementWithParameters() throws Exception {
        try (var socket = acme.connectStreams()) {
            assertThat(socket.subprotocol()).isEqualTo("workersql.v1");
            assertThat(socket.call(open(1))).containsEntry("type", "open_ok");
            socket.send(exec(1, 1, "SELECT ? AS n, ? AS s, NULL AS z", ",\"params\":[5,\"\\u00e9\"]"));

            assertThat(rows(socket)).hasToString("[[5, \u00e9, null]]");
        }
    }

    @Test
    void letsWhoProvesItselfByAMessageIn() throws Exception {
        try (var socket = acme.connectAnonymously()) {
            socket.send("{\"type\":\"hello\",\"basic\":{\"user\":\"acme\",\"password\":\"" + fleet.password("acme")
                    + "\"}}");
            socket.send(open(1));
            socket.send(exec(1, 1, "SELECT 1", ""));

            assertThat(socket.next()).containsEntry("type", "hello_ok");
            assertThat(socket.next()).containsEntry("type", "open_ok");
            assertThat(rows(socket)).hasToString("[[1]]");
        }
    }

    @Test
    void keepsWhoProvesNothingOut() throws Exception {
        try (var socket = acme.connectAnonymously()) {
            socket.send("{\"type\":\"hello\",\"basic\":{\"user\":\"acme\",\"password\":\"wrong\"}}");
            socket.sendToWhoMayBeGone(open(1));
            socket.sendToWhoMayBeGone(exec(1, 1, "SELECT 1", ""));

            assertThat(socket.closeCode()).isEqualTo(4401);
        }
    }

    @Test
    void keepsTheSessionsOfStreamsApart() throws Exception {
        acme.query("DROP TABLE IF EXISTS streamed");
        acme.query("CREATE TABLE streamed (id INT PRIMARY KEY)");
        try (var socket = acme.connectStreams()) {
            socket.call(open(1));
            socket.call(open(2));
            assertThat(socket.call("{\"type\":\"begin\",\"id\":1,\"stream\":1,\"isolation\":\"read committed\"}"))
                    .containsEntry("type", "done");
            assertThat(socket.call(exec(2, 1, "INSERT INTO streamed VALUES (1)", "")))
                    .containsEntry("rowsAffected", 1);
            socket.send(exec(3, 2, "SELECT COUNT(*) FROM streamed", ""));
            assertThat(rows(socket)).hasToString("[[0]]");
            assertThat(socket.call(control("commit", 4, 1))).containsEntry("type", "done");
            socket.send(exec(5, 2, "SELECT COUNT(*) FROM streamed", ""));
            assertThat(rows(socket)).hasToString("[[1]]");

            socket.call(control("begin", 6, 2));
            socket.call(exec(7, 2, "DELETE FROM streamed", ""));
            assertThat(socket.call("{\"type\":\"close\",\"stream\":2}")).containsEntry("type", "close_ok");
            socket.send(exec(8, 1, "SELECT COUNT(*) FROM streamed", ""));
            assertThat(rows(socket))
                    .as("what was not committed is gone with its stream")
                    .hasToString("[[1]]");
        }
    }

    private static String batch(int id, String... inserted) {
        var steps = Stream.of(inserted)
                .map(value -> "{\"sql\":\"INSERT INTO batched VALUES (?)\",\"params\":[" + value + "]}")
                .collect(Collectors.joining(","));
        return "{\"type\":\"batch\",\"id\":" + id + ",\"stream\":1,\"tx\":true,\"steps\":[" + steps + "]}";
    }

    @Test
    void runsABatchWholeOrNotAtAll() throws Exception {
        acme.query("DROP TABLE IF EXISTS batched");
        acme.query("CREATE TABLE batched (id INT PRIMARY KEY)");
        try (var socket = acme.connectStreams()) {
            socket.call(open(1));
            socket.send(batch(1, "1", "1", "2"));
            assertThat(socket.next()).containsEntry("step", 0).containsEntry("rowsAffected", 1);
            assertThat(socket.next()).containsEntry("step", 1).containsEntry("success", false);
            assertThat(socket.next()).containsEntry("step", 2).containsEntry("skipped", true);
            assertThat(socket.next()).containsEntry("type", "done").containsEntry("success", false);
            socket.send(exec(2, 1, "SELECT COUNT(*) FROM batched", ""));
            assertThat(rows(socket)).hasToString("[[0]]");

            socket.send(batch(3, "1", "2"));
            socket.next();
            socket.next();
            assertThat(socket.next()).containsEntry("type", "done").containsEntry("success", true);
            socket.send(exec(4, 1, "SELECT COUNT(*) FROM batched", ""));
            assertThat(rows(socket)).hasToString("[[2]]");
            assertThat(socket.call(control("begin", 5, 1))).containsEntry("type", "done");
            assertThat(errno(socket.call(batch(6, "3")))).isEqualTo(1568);
        }
    }

    @Test
    void executesAPreparedStatementWithOtherValuesEachTime() throws Exception {
        try (var socket = acme.connectStreams()) {
            socket.call(open(1));
            assertThat(socket.call("{\"type\":\"prepare\",\"id\":1,\"stream\":1,\"stmt\":5,"
                            + "\"sql\":\"SELECT id FROM streamed_rows WHERE id = ?\"}"))
                    .containsEntry("type", "prepared")
                    .containsEntry("params", 1);
            for (int id = 10; id < 13; id++) {
                socket.send("{\"type\":\"execute\",\"id\":" + id + ",\"stream\":1,\"stmt\":5,\"params\":[" + id + "]}");
                assertThat(rows(socket)).hasToString("[[" + id + "]]");
            }
        }
    }

    @Test
    void opensStreamsAsTheirOptionsSay() throws Exception {
        try (var socket = acme.connectStreams()) {
            assertThat(socket.call("{\"type\":\"open\",\"stream\":1,\"opts\":{\"readonly\":true,"
                            + "\"isolation\":\"serializable\"}}"))
                    .containsEntry("type", "open_ok");
            assertThat(errno(socket.call(exec(1, 1, "DELETE FROM streamed_rows WHERE id = 1", ""))))
                    .isEqualTo(1792);
            var other = socket.call("{\"type\":\"open\",\"stream\":2,\"db\":\"globex\"}");
            assertThat(errno(other)).isEqualTo(1044);
            assertThat(other).containsEntry("stream", 2);
            socket.call("{\"type\":\"open\",\"stream\":3,\"db\":\"acme\",\"opts\":{\"timeout_ms\":200}}");
            assertThat(errno(socket.call(exec(2, 3, "SELECT SLEEP(20), id FROM streamed_rows", ""))))
                    .isIn(3024, 1317, 1969);
        }
    }

    @Test
    void interruptsAStatementOnItsShard() throws Exception {
        try (var socket = acme.connectStreams()) {
            socket.call(open(1));
            socket.send(exec(1, 1, "SELECT SLEEP(30), id FROM streamed_rows", ""));
            boolean runs = false;
            for (int i = 0; i < 1_000 && !runs; i++) {
                runs = acme.get("/v1/queries").body().contains("SELECT SLEEP");
            }
            assertThat(runs).isTrue();
            socket.send("{\"type\":\"cancel\",\"id\":1}");
            var answer = socket.next();
            while (!"error".equals(answer.get("type"))) {
                answer = socket.next();
            }
            assertThat(errno(answer)).isEqualTo(1317);
            socket.send(exec(2, 1, "SELECT 2", ""));

            assertThat(rows(socket)).hasToString("[[2]]");
        }
    }

    @Test
    void givesRowsByCredit() throws Exception {
        try (var socket = acme.connectStreams()) {
            socket.call(open(1));
            socket.send(exec(1, 1, "SELECT id, v FROM streamed_rows ORDER BY id", ",\"fetch\":7"));
            assertThat(socket.next()).containsEntry("type", "cursor").containsEntry("cursor", 1);
            int next = 0;
            int credit = 7;
            var message = socket.next();
            while (!"done".equals(message.get("type"))) {
                for (var row : data(message)) {
                    assertThat(((List<?>) row).get(0)).isEqualTo(next++);
                }
                credit -= data(message).size();
                assertThat(credit).isNotNegative();
                if (credit == 0 && next < 1_000) {
                    credit = 100;
                    socket.send("{\"type\":\"fetch\",\"cursor\":1,\"max_rows\":100}");
                }
                message = socket.next();
            }
            assertThat(next).isEqualTo(1_000);
            assertThat(message).containsEntry("rowCount", 1_000);
        }
    }

    @Test
    void holdsLittleOfAResultThatNobodyReads() throws Exception {
        try (var socket = acme.connectStreams()) {
            socket.call(open(1));
            socket.pause();
            socket.send(exec(1, 1, "SELECT a.id, a.v FROM streamed_rows a JOIN streamed_rows b ON b.id < 200", ""));
            // 200,000 rows of more than 100 bytes, of which the sockets' buffers take some MB.
            double before = -1;
            double now = acme.metric("workersql_ws_answer_bytes");
            for (int i = 0; i < 5 && (now != before || now == 0); i++) {
                before = now;
                acme.query("SELECT SLEEP(0.1)");
                now = acme.metric("workersql_ws_answer_bytes");
            }
            assertThat(now).as("bytes of answers in the gateway").isBetween(1.0, 1_000_000.0);
            socket.resume();

            assertThat(rows(socket)).hasSize(200_000);
        }
    }

    @Test
    void runsAHundredStreamsAtOnce() throws Exception {
        try (var socket = acme.connectStreams()) {
            for (int stream = 1; stream <= 100; stream++) {
                socket.send(open(stream));
                socket.send(exec(
                        stream,
                        stream,
                        "SELECT ?, v FROM streamed_rows WHERE id < 50",
                        ",\"params\":[" + stream + "],\"fetch\":10"));
            }
            var streamOf = new HashMap<Object, Object>();
            var counts = new HashMap<Object, Integer>();
            int done = 0;
            while (done < 100) {
                var message = socket.next();
                switch ((String) message.get("type")) {
                    case "open_ok" -> {}
                    case "cursor" -> streamOf.put(message.get("cursor"), message.get("id"));
                    case "rows" -> {
                        var stream = streamOf.get(message.get("cursor"));
                        for (var row : data(message)) {
                            assertThat(((List<?>) row).get(0)).isEqualTo(stream);
                        }
                        counts.merge(stream, data(message).size(), Integer::sum);
                        socket.send("{\"type\":\"fetch\",\"cursor\":" + message.get("cursor") + ",\"max_rows\":"
                                + data(message).size() + "}");
                    }
                    case "done" -> done++;
                    default -> throw new AssertionError(message.toString());
                }
            }
            assertThat(counts)
                    .hasSize(100)
                    .allSatisfy((stream, count) -> assertThat(count).isEqualTo(50));
        }
    }

    @Test
    void rollsBackWhenTheSocketGoes() throws Exception {
        acme.query("DROP TABLE IF EXISTS streamed_lost");
        acme.query("CREATE TABLE streamed_lost (id INT PRIMARY KEY)");
        try (var socket = acme.connectStreams()) {
            socket.call(open(1));
            socket.call(control("begin", 1, 1));
            socket.call(exec(2, 1, "INSERT INTO streamed_lost VALUES (1)", ""));
        }
        // Waits for the row's lock until the other transaction is gone.
        assertThat(acme.query("INSERT INTO streamed_lost VALUES (?)", "1").status())
                .isEqualTo(200);
    }
}
