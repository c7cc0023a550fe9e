// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.http.TestDoor;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TransactionRoutesTest {
    private static final Pattern ID = Pattern.compile("\"transactionId\":\"([^\"]+)\"");

    private final TestDoor door = new TestDoor();

    @AfterEach
    void leavesNoSessionOpen() {
        door.later(400_000);
        door.close();
        assertThat(door.sessions().openCount()).isZero();
    }

    private String begin(String body) {
        door.post("/v1/transactions", body, "");
        return begun();
    }

    private String begun() {
        var sessions = door.sessions();
        while (!sessions.latest().sql().startsWith("BEGIN")
                && !sessions.latest().sql().startsWith("START")) {
            sessions.latest().reply().ok(0, 0, 0);
        }
        sessions.latest().reply().ok(0, 0, 0);
        var answer = door.received();
        assertThat(answer).startsWith("HTTP/1.1 200 OK").contains("\"success\":true");
        var id = ID.matcher(answer);
        assertThat(id.find()).isTrue();
        return id.group(1);
    }

    private String answered() {
        door.sessions().latest().reply().ok(1, 0, 0);
        return door.received();
    }

    @Test
    void runsStatementsInTheSessionOfTheTransaction() {
        var id = begin("{}");
        door.post("/v1/transactions/" + id + "/query", "{\"sql\":\"A\"}", "");
        assertThat(answered()).contains("\"rowsAffected\":1");
        door.query("{\"sql\":\"B\",\"transactionId\":\"" + id + "\"}");
        assertThat(answered()).contains("\"rowsAffected\":1");
        door.post("/v1/transactions/" + id + "/commit", "", "");
        assertThat(answered()).contains("\"transactionId\":\"" + id + "\"");

        assertThat(door.sessions().statements()).extracting("sql").containsExactly("BEGIN", "A", "B", "COMMIT");
        assertThat(door.sessions().statements())
                .extracting("session")
                .containsOnly(door.sessions().latest().session());
        assertThat(door.sessions().openCount()).isZero();
    }

    @Test
    void isGoneAfterItsEnd() {
        var id = begin("{}");
        door.post("/v1/transactions/" + id + "/rollback", "", "");
        answered();
        door.query("{\"sql\":\"B\",\"transactionId\":\"" + id + "\"}");

        assertThat(door.received()).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void takesIsolationAndReadOnly() {
        begin("{\"isolation\":\"read-committed\",\"readOnly\":true}");

        assertThat(door.sessions().statements())
                .extracting("sql")
                .containsExactly("SET TRANSACTION ISOLATION LEVEL READ COMMITTED", "START TRANSACTION READ ONLY");
    }

    @Test
    void refusesAnIsolationThatThereIsNot() {
        door.post("/v1/transactions", "{\"isolation\":\"snapshot; DROP TABLE t\"}", "");

        assertThat(door.received()).startsWith("HTTP/1.1 400 ").contains("serializable");
        assertThat(door.sessions().statements()).isEmpty();
    }

    @Test
    void isDrivenByOnePathToo() {
        door.post("/v1/transaction", "{\"operation\":\"BEGIN\"}", "");
        var id = begun();
        door.post("/v1/transaction", "{\"operation\":\"commit\",\"transactionId\":\"" + id + "\"}", "");

        assertThat(answered()).contains("\"success\":true");
        assertThat(door.sessions().latest().sql()).isEqualTo("COMMIT");
    }

    @Test
    void isRolledBackWhenItWaitsTooLongAndSaysSoLater() {
        var id = begin("{}");
        door.later(30_000);
        assertThat(door.sessions().openCount()).isZero();
        door.query("{\"sql\":\"B\",\"transactionId\":\"" + id + "\"}");

        assertThat(door.received())
                .startsWith("HTTP/1.1 504 ")
                .contains("3101")
                .contains("waited for more than 30000 ms");
    }

    @Test
    void isGivenUpWhenBeginFails() {
        door.post("/v1/transactions", "", "");
        door.sessions().latest().reply().error(1429, "HY000", "no shard");

        assertThat(door.received()).startsWith("HTTP/1.1 503 ");
        assertThat(door.sessions().openCount()).isZero();
    }

    @Test
    void runsABatchInOneTransaction() {
        door.post("/v1/batch", "{\"queries\":[{\"id\":\"x\",\"sql\":\"A\"},{\"sql\":\"B\"}],\"transaction\":true}", "");
        for (int i = 0; i < 4; i++) {
            door.sessions().latest().reply().ok(1, 0, 0);
        }

        assertThat(door.sessions().statements()).extracting("sql").containsExactly("BEGIN", "A", "B", "COMMIT");
        assertThat(door.received())
                .startsWith("HTTP/1.1 200 OK")
                .contains("{\"results\":[{\"id\":\"x\",\"rowsAffected\":1,")
                .contains("},{\"rowsAffected\":1,")
                .contains("],\"totalExecutionTime\":")
                .endsWith("\"success\":true}");
    }

    @Test
    void rollsABatchBackAndGivesItTheStatusOfItsError() {
        door.post(
                "/v1/batch",
                "{\"queries\":[{\"sql\":\"A\"},{\"sql\":\"B\"},{\"sql\":\"C\"}],\"transaction\":true}",
                "");
        door.sessions().latest().reply().ok(0, 0, 0);
        door.sessions().latest().reply().ok(1, 0, 0);
        door.sessions().latest().reply().error(1062, "23000", "Duplicate");
        door.sessions().latest().reply().ok(0, 0, 0);

        assertThat(door.sessions().statements()).extracting("sql").containsExactly("BEGIN", "A", "B", "ROLLBACK");
        assertThat(door.received())
                .startsWith("HTTP/1.1 409 Conflict")
                .contains("\"results\":[{\"rowsAffected\":1,")
                .contains("\"errno\":1062")
                .endsWith("\"success\":false}");
    }

    @Test
    void goesOnBehindAnErrorWhereABatchAsksForThat() {
        door.post("/sql/batch", "{\"batch\":[{\"sql\":\"A\"},{\"sql\":\"B\"}],\"stopOnError\":false}", "");
        door.sessions().latest().reply().error(1146, "42S02", "no table");
        door.sessions().latest().reply().ok(1, 0, 0);

        assertThat(door.received())
                .startsWith("HTTP/1.1 200 OK")
                .contains("\"errno\":1146")
                .contains("\"rowsAffected\":1");
    }

    @Test
    void namesTheStatementOfABatchThatCannotBeRead() {
        door.post("/v1/batch", "{\"queries\":[{\"sql\":\"A\"},{\"sql\":7}]}", "");

        assertThat(door.received()).startsWith("HTTP/1.1 400 ").contains("statement 2: ");
        assertThat(door.sessions().statements()).isEmpty();
    }

    @Test
    void stopsABatchWhoseClientIsGone() {
        door.post("/v1/batch", "{\"queries\":[{\"sql\":\"A\"},{\"sql\":\"B\"}]}", "");
        door.channel().close();

        assertThat(door.sessions().openCount()).isZero();
        assertThat(door.sessions().statements()).hasSize(1);
    }
}
