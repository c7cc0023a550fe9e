// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.ws.WebSocketSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Well-formed requests that mean harm: values that would become lines, paths and headers that pretend, bodies that swell. */
class HostileRequestsTest {
    private static final String[] POSTS = {
        "/v1/query", "/v1/batch", "/v1/route", "/v1/transactions", "/v1/transaction", "/psdb.v1alpha1.Database/Execute"
    };
    private static final long CPU_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final TestDoor door = new TestDoor(HttpSettings.defaults(), WebSocketSettings.defaults());

    @AfterEach
    void close() {
        door.close();
    }

    /** A request that is sent as it is, behind right credentials. */
    private String ask(String path, String headers, String body) {
        door.post(path, body, headers);
        return door.received();
    }

    @Test
    void copiesNothingIntoHeadersOrSqlThatCouldBecomeALine() {
        long seed = Long.getLong("workersql.seed", 20261127L);
        var random = new Random(seed);
        var alphabet = "\u000b\u000c\u0085\u00a0\t '\"*/\\;:,<>(){}ab01-_.=+%\u00ff";
        int ran = 0;
        for (int i = 0; i < 300; i++) {
            var value = new StringBuilder();
            for (int length = 1 + random.nextInt(40); length > 0; length--) {
                value.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            var headers = "X-Request-Id: a" + value + "\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-" + value
                    + "\r\ntracestate: " + value + "\r\nPrefer: " + value + "\r\nAccept-Language: " + value
                    + "\r\nUser-Agent: " + value + "\r\n";
            try (var own = new TestDoor()) {
                own.query("{\"sql\":\"SELECT 1\"}", headers);
                assertThat(own.sessions().statements())
                        .extracting("sql")
                        .as("seed %d, value %d", seed, i)
                        .isSubsetOf("SELECT 1");
                ran += own.sessions().statements().size();
                own.sessions()
                        .statements()
                        .forEach(statement -> statement.reply().ok(0, 0, 0));
                var received = own.received();
                var head = received.substring(0, received.indexOf("\r\n\r\n"));
                assertThat(head.split("\r\n", -1))
                        .as("seed %d, value %d", seed, i)
                        .allMatch(line -> line.matches("HTTP/1\\.1 \\d{3} [A-Za-z ]+|[a-z-]+: [ -~]*"));
            }
        }
        assertThat(ran).as("seed %d", seed).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\r\n", "\n", "\r", "\u0000", "%0d%0a", "\\r\\n"})
    void answersAnErrorOfTheClientsTextInOneLineOfJson(String text) {
        var escaped = text.replace("\\", "\\\\")
                .replace("\r", "\\r")
                .replace("\n", "\\n")
                .replace("\u0000", "\\u0000");
        var received = ask("/v1/query", "Prefer: handling=strict\r\n", "{\"sql\":\"S\",\"x" + escaped + "Evil: 1\":1}");

        assertThat(received)
                .startsWith("HTTP/1.1 400 ")
                .doesNotContain("\r\nEvil")
                .doesNotContain("\nEvil");
        assertThat(received.substring(received.indexOf("\r\n\r\n") + 4))
                .doesNotContain("\n")
                .doesNotContain("\u0000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/%2e%2e/v1/query",
                "/v1/../v1/query",
                "/v1/query%00",
                "/v1/query%2f",
                "/v1%2fquery",
                "/v1%252fquery",
                "/v1/query/..;/query",
                "/v1/query;jsessionid=1",
                "/./v1/query",
                "\\v1\\query",
                "/v1/query/.",
                "/v1/query.json",
                "/v1/Query",
                "/v1/query%20",
                "/v1/admin/../query",
            })
    void knowsNoOtherSpellingOfAPath(String path) {
        assertThat(ask(path, "", "{\"sql\":\"S\"}")).startsWith("HTTP/1.1 404 ");
        assertThat(door.sessions().statements()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-HTTP-Method-Override: DELETE",
                "X-HTTP-Method: GET",
                "X-Method-Override: DELETE",
                "X-Original-URL: /v1/admin/tenants",
                "X-Rewrite-URL: /livez",
                "X-Tenant: globex",
                "X-Tenant-Id: globex",
                "X-User: root",
                "X-Forwarded-User: root",
                "X-Forwarded-For: 127.0.0.1",
                "X-Forwarded-Host: globex",
                "X-Real-IP: 127.0.0.1",
                "Forwarded: for=127.0.0.1;host=globex",
                "Cookie: tenant=globex",
            })
    void takesTenantMethodAndPathFromNoOtherHeader(String header) {
        door.query("{\"sql\":\"S\",\"tenant\":\"globex\",\"tenant_id\":\"globex\"}", header + "\r\n");

        var session = door.sessions().latest().session();
        assertThat(session.principal().tenant()).isEqualTo("acme");
        assertThat(session.principal().user()).isEqualTo("ada");
        assertThat(session.clientHost()).isEqualTo("localhost");
        door.sessions().latest().reply().ok(0, 0, 0);
        assertThat(door.received()).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"gzip", "GZIP", "x-gzip", "deflate", "br", "zstd", "compress", "gzip, gzip", "identity, gzip"})
    void inflatesNoBody(String coding) throws IOException {
        var bomb = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bomb)) {
            gzip.write(new byte[16 << 20]);
        }
        var body = bomb.toString(StandardCharsets.ISO_8859_1);
        try (var sockets = new SocketDoor()) {
            for (var path : POSTS) {
                var received = sockets.untilClosed(
                        "POST " + path + " HTTP/1.1\r\nHost: h\r\n" + TestDoor.authorization()
                                + "Connection: close\r\nContent-Type: application/json\r\nContent-Encoding: " + coding
                                + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body,
                        8_192);
                assertThat(received).as(path).startsWith("HTTP/1.1 415 ");
            }
            assertThat(sockets.statements()).isEmpty();
        }
    }

    @Test
    void takesNoFormHoweverManyPartsItHas() {
        var parts = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            parts.append("--b\r\nContent-Disposition: form-data; name=\"sql\"\r\n\r\nx\r\n");
        }
        for (var path : POSTS) {
            door.send(TestDoor.post(parts + "--b--\r\n", "")
                    .replace("/v1/query", path)
                    .replace("application/json", "multipart/form-data; boundary=b"));
            assertThat(door.received()).as(path).startsWith("HTTP/1.1 415 ");
        }
    }

    /** What costs more than its size says, where a reader is careless: none may cost two seconds of a processor. */
    @ParameterizedTest
    @CsvSource({"depth,400", "arrays,400", "names,400", "colliding names,400", "number,400", "escapes,400", "size,413"})
    void readsABodyInTimeThatItsSizeExplains(String kind, int status) {
        int budget = 1_000_000;
        var json = new StringBuilder(budget + 100).append("{\"sql\":\"S\",");
        switch (kind) {
            case "depth" -> json.append("\"a\":{".repeat(100_000)).append("}".repeat(100_000));
            case "arrays" ->
                json.append("\"params\":").append("[".repeat(400_000)).append("]".repeat(400_000));
            case "names" -> {
                for (int i = 0; json.length() < budget; i++) {
                    json.append('"').append(Integer.toString(i, 36)).append("\":1,");
                }
                json.append("\"z\":");
            }
            case "colliding names" -> {
                // All strings of these pairs have one hash.
                for (int i = 0; json.length() < budget; i++) {
                    json.append('"');
                    for (int bit = 0; bit < 16; bit++) {
                        json.append((i >> bit & 1) == 0 ? "Aa" : "BB");
                    }
                    json.append("\":1,");
                }
                json.append("\"z\":");
            }
            case "number" ->
                json.append("\"params\":[").append("9".repeat(budget)).append(']');
            case "escapes" ->
                json.append("\"params\":\"").append("\\u0041".repeat(150_000)).append('"');
            default -> json.append(" ".repeat(10 << 20)).append("\"params\":[]");
        }
        json.append('}');
        var threads = ManagementFactory.getThreadMXBean();
        for (var path : POSTS) {
            long before = threads.getCurrentThreadCpuTime();
            try (var own = new TestDoor(HttpSettings.defaults(), WebSocketSettings.defaults())) {
                own.post(path, json.toString(), "Prefer: handling=strict\r\n");
                assertThat(own.received()).as(path).matches("(?s)HTTP/1\\.1 (" + status + "|400) .*");
            }
            assertThat(threads.getCurrentThreadCpuTime() - before).as(path).isLessThan(CPU_LIMIT_NANOS);
        }
        assertThat(door.sessions().statements()).isEmpty();
    }
}
