// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Transactions and batches over HTTP before real shards, each request on whatever connection the client takes. */
class HttpTransactionsIT extends TwoTenants {

    @BeforeEach
    void emptyTable() throws Exception {
        acme.query("DROP TABLE IF EXISTS http_tx");
        acme.query("CREATE TABLE http_tx (id INT PRIMARY KEY)");
    }

    private static String begin(String body) throws Exception {
        var answer = acme.post("/v1/transactions", body);
        assertThat(answer.status()).isEqualTo(200);
        return (String) answer.body().get("transactionId");
    }

    private static Object count() throws Exception {
        return acme.query("SELECT COUNT(*) FROM http_tx").data();
    }

    @Test
    void commits() throws Exception {
        var id = begin("{\"isolation\":\"READ COMMITTED\"}");
        var inserted = acme.post("/v1/transactions/" + id + "/query", "{\"sql\":\"INSERT INTO http_tx VALUES (1)\"}");
        assertThat(inserted.body()).containsEntry("rowsAffected", 1);
        assertThat(count()).isEqualTo(List.of(List.of(0)));
        assertThat(acme.post("/v1/transactions/" + id + "/commit", "{}").status())
                .isEqualTo(200);

        assertThat(count()).isEqualTo(List.of(List.of(1)));
    }

    @Test
    void rollsBack() throws Exception {
        var id = begin("{}");
        acme.post("{\"sql\":\"INSERT INTO http_tx VALUES (1)\",\"transactionId\":\"" + id + "\"}");
        assertThat(acme.post("/v1/transaction", "{\"operation\":\"ROLLBACK\",\"transactionId\":\"" + id + "\"}")
                        .status())
                .isEqualTo(200);

        assertThat(count()).isEqualTo(List.of(List.of(0)));
    }

    @Test
    void belongsToItsUser() throws Exception {
        var id = begin("{}");

        assertThat(globex.post("/v1/transactions/" + id + "/query", "{\"sql\":\"SELECT 1\"}")
                        .status())
                .isEqualTo(404);
        assertThat(acme.post("/v1/transactions/" + id + "/rollback", "{}").status())
                .isEqualTo(200);
    }

    @Test
    void answersParallelCallsInTheirOrder() throws Exception {
        var id = begin("{}");
        var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < 20; i++) {
            var request = acme.request("/v1/transactions/" + id + "/query")
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"INSERT INTO http_tx VALUES (" + i + ")\"}"))
                    .build();
            answers.add(acme.sendAsync(request));
        }
        for (var answer : answers) {
            assertThat(answer.join().statusCode()).isEqualTo(200);
        }
        acme.post("/v1/transactions/" + id + "/commit", "{}");

        assertThat(count()).isEqualTo(List.of(List.of(20)));
    }

    @Test
    void runsABatchWholeOrNotAtAll() throws Exception {
        var failed = acme.post(
                "/v1/batch",
                "{\"transaction\":true,\"queries\":[{\"sql\":\"INSERT INTO http_tx VALUES (?)\",\"params\":[1]},"
                        + "{\"sql\":\"INSERT INTO http_tx VALUES (1)\"}]}");
        assertThat(failed.status()).isEqualTo(409);
        assertThat(count()).isEqualTo(List.of(List.of(0)));

        var done = acme.post(
                "/v1/batch",
                "{\"transaction\":true,\"queries\":[{\"sql\":\"INSERT INTO http_tx VALUES (?)\",\"params\":[1]},"
                        + "{\"sql\":\"SELECT id FROM http_tx\"}]}");
        assertThat(done.status()).isEqualTo(200);
        assertThat(done.body()).containsEntry("success", true);
        var results = (List<?>) done.body().get("results");
        assertThat(results).hasSize(2);
        assertThat(((Map<?, ?>) results.get(1)).get("data")).hasToString("[{id=1}]");
        assertThat(count()).isEqualTo(List.of(List.of(1)));
    }

    @Test
    void givesRowsLineByLine() throws Exception {
        acme.query("INSERT INTO http_tx VALUES (1), (2), (3)");
        var request = acme.request("/v1/query")
                .header("Content-Type", "application/json")
                .header("Accept", "application/x-ndjson")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"sql\":\"SELECT id FROM http_tx ORDER BY id\",\"rows\":\"array\"}"))
                .build();
        var lines = acme.send(request, HttpResponse.BodyHandlers.ofString())
                .body()
                .lines()
                .toList();

        assertThat(lines).hasSize(5).contains("[1]", "[2]", "[3]");
        assertThat(lines.get(4)).startsWith("{\"rowCount\":3");
    }
}
