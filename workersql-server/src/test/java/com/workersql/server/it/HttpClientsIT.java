// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The JDK's HTTP client before real shards. */
class HttpClientsIT extends TwoTenants {

    private static void table(Http tenant, String name, String columns) throws Exception {
        assertThat(tenant.query("DROP TABLE IF EXISTS " + name).status()).isEqualTo(200);
        assertThat(tenant.query("CREATE TABLE " + name + " (" + columns + ")").status())
                .isEqualTo(200);
    }

    @Test
    void createsReadsUpdatesAndDeletes() throws Exception {
        table(
                acme,
                "http_crud",
                "id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40), amount DECIMAL(20,4)");

        var inserted = acme.query(
                "INSERT INTO http_crud (name, amount) VALUES (?, ?), (?, ?)", "\"é😀\"", "1.2500", "null", "null");
        assertThat(inserted.body())
                .containsEntry("success", true)
                .containsEntry("rowsAffected", 2)
                .containsEntry("lastInsertId", 1);
        assertThat(acme.query("UPDATE http_crud SET amount = amount + 1 WHERE id = ?", "1")
                        .body())
                .containsEntry("rowsAffected", 1);
        assertThat(acme.query("SELECT id, name, amount FROM http_crud ORDER BY id")
                        .data())
                .isEqualTo(List.of(List.of(1, "é😀", "2.2500"), Arrays.asList(2, null, null)));
        assertThat(acme.query("DELETE FROM http_crud WHERE id > ?", "0").body()).containsEntry("rowsAffected", 2);
        assertThat(acme.query("SELECT id FROM http_crud").body()).containsEntry("rowCount", 0);
    }

    @Test
    void bindsParametersByTheirTypes() throws Exception {
        var answer = acme.query(
                "SELECT ?, ?, ?, ?, ?, ?, ?",
                "-1",
                "18446744073709551615",
                "1.10",
                "1.5e3",
                "true",
                "\"a'b\\\\\"",
                "{\"k\":[1]}");

        assertThat(answer.data())
                .isEqualTo(List.of(List.of(-1, "18446744073709551615", "1.10", 1500, 1, "a'b\\", "{\"k\":[1]}")));
    }

    @Test
    void bindsParametersByName() throws Exception {
        var answer =
                acme.post("{\"sql\":\"SELECT :b AS x, ':b' AS y, :a AS z, :b AS w\",\"params\":{\"a\":1,\"b\":\"v\"}}");

        assertThat(answer.data()).hasToString("[{x=v, y=:b, z=1, w=v}]");
    }

    @Test
    void writesEveryColumnTypeAlikeWithAndWithoutParameters() throws Exception {
        try (var connection = fleet.connect(Driver.MYSQL_TEXT, "acme")) {
            AllTypes.create(connection);
        }
        var text = acme.query("SELECT * FROM all_types ORDER BY id");
        var binary = acme.query("SELECT * FROM all_types WHERE id > ? ORDER BY id", "0");

        assertThat(text.status()).isEqualTo(200);
        assertThat(text.data()).isNotEmpty();
        assertThat(binary.data()).isEqualTo(text.data());
        assertThat(names(binary)).isEqualTo(names(text));
    }

    private static List<Object> names(Http.Answer answer) {
        var names = new ArrayList<>();
        for (var column : (List<?>) answer.body().get("columns")) {
            names.add(((Map<?, ?>) column).get("name"));
            names.add(((Map<?, ?>) column).get("type"));
        }
        return names;
    }

    /** MariaDB keeps the text of a document as it was written, with its line ends. */
    @Test
    void writesAJsonColumnAsItsDocument() throws Exception {
        table(acme, "http_json", "id INT PRIMARY KEY, doc JSON");
        acme.query(
                "INSERT INTO http_json VALUES (1, ?), (2, NULL)",
                "\"{\\r\\n \\\"a\\\": [1, {\\\"b\\\": \\\"c\\\"}]}\"");
        var expected = "[[{a=[1, {b=c}]}], [null]]";

        assertThat(acme.query("SELECT doc FROM http_json ORDER BY id").data()).hasToString(expected);
        assertThat(acme.query("SELECT doc FROM http_json WHERE id > ? ORDER BY id", "0")
                        .data())
                .hasToString(expected);
        var lines = acme.send(
                        acme.request("/v1/query")
                                .header("Content-Type", "application/json")
                                .header("Accept", "application/x-ndjson")
                                .POST(HttpRequest.BodyPublishers.ofString(
                                        "{\"sql\":\"SELECT doc FROM http_json ORDER BY id\"}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofLines())
                .body()
                .map(Http::object)
                .toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(1)).hasToString("{doc={a=[1, {b=c}]}}");
    }

    @Test
    void passesTheServersErrorsOn() throws Exception {
        table(acme, "http_errors", "id INT PRIMARY KEY");
        acme.query("INSERT INTO http_errors VALUES (1)");

        var duplicate = acme.query("INSERT INTO http_errors VALUES (?)", "1");
        assertThat(duplicate.status()).isEqualTo(409);
        assertThat(duplicate.details()).containsEntry("errno", 1062).containsEntry("sqlState", "23000");
        var missing = acme.query("SELECT * FROM http_nothing");
        assertThat(missing.status()).isEqualTo(422);
        assertThat(missing.details()).containsEntry("errno", 1146).containsEntry("sqlState", "42S02");
        var malformed = acme.query("SELEC 1");
        assertThat(malformed.status()).isEqualTo(400);
        assertThat(malformed.details()).containsEntry("errno", 1064).containsEntry("sqlState", "42000");
    }

    @Test
    void keepsTenantsApart() throws Exception {
        table(acme, "http_tenants", "id INT");
        table(globex, "http_tenants", "id INT");
        acme.query("INSERT INTO http_tenants VALUES (1)");
        globex.query("INSERT INTO http_tenants VALUES (2)");

        assertThat(acme.query("SELECT id FROM http_tenants").data()).hasToString("[[1]]");
        assertThat(globex.query("SELECT id FROM http_tenants").data()).hasToString("[[2]]");
        assertThat(acme.query("SELECT id FROM globex.http_tenants").status()).isEqualTo(403);
    }

    @Test
    void refusesAWrongPassword() throws Exception {
        var request = acme.request("/v1/query")
                .setHeader("Authorization", "Basic YWNtZTp3cm9uZw==")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"SELECT 1\"}"))
                .build();

        assertThat(acme.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
    }

    @Test
    void streamsAHundredThousandRows() throws Exception {
        table(acme, "http_digits", "d INT");
        acme.query("INSERT INTO http_digits VALUES (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)");
        var request = acme.request("/v1/query")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"sql\":\"SELECT a.d, b.d AS b, c.d AS c, d.d AS d2, e.d AS e,"
                                + " REPEAT('x', 100) AS t FROM http_digits a, http_digits b, http_digits c, http_digits d,"
                                + " http_digits e\",\"rows\":\"array\"}"))
                .build();

        var response = acme.send(request, HttpResponse.BodyHandlers.ofInputStream());
        long rows = 0;
        var tail = new StringBuilder();
        try (var in = new BufferedInputStream(response.body(), 64 * 1024)) {
            for (int c = in.read(); c >= 0; c = in.read()) {
                rows += c == '[' ? 1 : 0;
                tail.append((char) c);
                if (tail.length() > 10_000) {
                    tail.delete(0, 9_000);
                }
            }
        }
        assertThat(response.headers().firstValue("content-length")).isEmpty();
        // One bracket opens the columns, one the data, and one each row.
        assertThat(rows).isEqualTo(100_002);
        assertThat(tail.toString()).contains("\"rowCount\":100000,").endsWith("\"success\":true}");
    }

    @Test
    void compressesWhenAsked() throws Exception {
        var request = acme.request("/v1/query")
                .header("Content-Type", "application/json")
                .header("Accept-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"SELECT REPEAT('x', 200000) AS t\"}"))
                .build();

        var response = acme.send(request, HttpResponse.BodyHandlers.ofByteArray());
        assertThat(response.headers().firstValue("content-encoding")).contains("gzip");
        assertThat(response.body().length).isLessThan(5_000);
    }

    @Test
    void endsAStatementWhoseTimeIsUp() throws Exception {
        long start = System.nanoTime();
        // A SLEEP alone is no error when it is interrupted on MySQL: it gives 1, and the statement has come to its end.
        var answer = acme.post(
                "{\"sql\":\"SELECT 1 FROM (SELECT 1 AS a UNION SELECT 2) x WHERE SLEEP(30)\",\"timeout\":300}");

        assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)).isLessThan(10);
        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.details()).containsEntry("errno", 3024);
    }

    @Test
    void killsTheStatementOfAClientThatHasGone() throws Exception {
        var body = "{\"sql\":\"SELECT SLEEP(60) AS gone_client\"}";
        try (var socket = new Socket(
                InetAddress.getLoopbackAddress(), fleet.gateway().httpAddress().getPort())) {
            var authorization = acme.request("/")
                    .build()
                    .headers()
                    .firstValue("Authorization")
                    .orElseThrow();
            socket.getOutputStream()
                    .write(("POST /sql HTTP/1.1\r\nHost: h\r\nAuthorization: " + authorization
                                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                                    + "\r\n\r\n"
                                    + body)
                            .getBytes(StandardCharsets.US_ASCII));
            awaitRunning(1);
        }
        awaitRunning(0);
    }

    /** Waits until so many of the sleeping statements run on the shard. */
    private static void awaitRunning(int count) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        long running = -1;
        while (System.nanoTime() < deadline) {
            running = running();
            if (running == count) {
                return;
            }
            assertThat(new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS)).isFalse();
        }
        assertThat(running).isEqualTo(count);
    }

    private static long running() throws SQLException {
        try (var connection = fleet.direct(Driver.MYSQL_TEXT, "acme");
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT COUNT(*) FROM information_schema.processlist"
                        + " WHERE info LIKE 'SELECT SLEEP(60) AS gone_client%'")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void tellsHowItIs() throws Exception {
        assertThat(Http.object(acme.get("/v1/health").body()))
                .containsEntry("status", "healthy")
                .containsEntry("database", "connected")
                .containsEntry("cache", "disabled")
                .containsOnlyKeys("status", "database", "cache", "timestamp");
        assertThat(acme.get("/readyz").statusCode()).isEqualTo(200);
        assertThat(acme.get("/livez").statusCode()).isEqualTo(200);
        assertThat(acme.get("/metrics").body()).contains("workersql_sessions ", "workersql_http_connections ");
    }

    @Test
    void theReadmeNamesEveryFigureWithItsLabelsAndNoOther() throws Exception {
        acme.query("SELECT 1");
        var readme = Files.readString(Path.of("README.md"));
        var table = readme.substring(readme.indexOf("## Figures"), readme.indexOf("## Sessions"));
        var named = figures(table, "`(workersql_[a-z_]+)(\\{[a-z,]+})?`");

        var told = figures(
                acme.get("/metrics").body().replaceAll("(_seconds)_(count|sum|max)", "$1"),
                "(?m)^(workersql_[a-z_]+)(\\{[^ ]+})?");
        var elsewhere = Set.of(
                "workersql_replica_reads_total{server,shard}",
                "workersql_replica_lag_seconds{server,shard}",
                "workersql_changes_subscriptions",
                "workersql_changes_readers",
                "workersql_changes_waiting_bytes");
        told.addAll(elsewhere);
        assertThat(named).containsExactlyElementsOf(told);

        var names = named.stream().map(name -> name.replaceAll("\\{.*", "")).collect(Collectors.toSet());
        names.add("workersql_idempotency");
        for (var text : List.of(readme, Files.readString(Path.of("../README.md")))) {
            assertThat(Pattern.compile("\\bworkersql_[a-z_]+").matcher(text).results())
                    .extracting(MatchResult::group)
                    .allMatch(names::contains);
        }
    }

    /** Names with their labels, in order. */
    private static SortedSet<String> figures(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1)
                        + (found.group(2) == null
                                ? ""
                                : Pattern.compile("([a-z]+)(=\"[^\"]*\")?[,}]")
                                        .matcher(found.group(2))
                                        .results()
                                        .map(label -> label.group(1))
                                        .sorted()
                                        .collect(Collectors.joining(",", "{", "}"))))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void keepsNoSessionOpen() throws Exception {
        acme.query("SELECT 1");
        acme.query("SELECT * FROM http_nothing");

        assertThat(acme.get("/metrics").body()).contains("\nworkersql_sessions 0.0\n");
    }

    @Test
    void holdsOnToLargeIntegers() throws IOException, InterruptedException {
        assertThat(acme.query("SELECT 9007199254740991 AS a, 9007199254740992 AS b")
                        .data())
                .isEqualTo(List.of(List.of(9007199254740991L, "9007199254740992")));
    }
}
