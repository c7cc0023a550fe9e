// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.StatusFlags;
import com.workersql.server.execute.LocalOk;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Batches of {@code workersql.v1}: steps, their conditions, and transactions around them. */
class StreamBatchTest extends StreamsFixture {
    private void batch(String id, String steps, String more) {
        client.send("{\"type\":\"batch\",\"id\":" + id + ",\"stream\":1,\"steps\":[" + steps + "]" + more + "}");
    }

    private static String step(String sql, String more) {
        return "{\"sql\":\"" + sql + "\"" + more + "}";
    }

    private List<String> asked() {
        return sessions.statements().stream().map(statement -> statement.sql()).toList();
    }

    @Test
    void answersEachStepAndThenTheWhole() {
        open(1);
        batch("\"b\"", step("A ?", ",\"params\":[1]") + "," + step("S", ""), "");
        reply().ok(3, 0, 0);
        reply().columns(COLUMN).row("x").end();

        var answers = client.received();
        assertThat(answers.get(0))
                .startsWith("{\"type\":\"step\",\"id\":\"b\",\"step\":0,\"rowsAffected\":3,")
                .endsWith("\"success\":true}");
        assertThat(answers.get(1)).startsWith("{\"type\":\"cursor\",\"id\":\"b\",\"step\":1,\"cursor\":1,");
        assertThat(answers.get(2)).isEqualTo("{\"type\":\"rows\",\"cursor\":1,\"seq\":1,\"data\":[[\"x\"]]}");
        assertThat(answers.get(3))
                .startsWith("{\"type\":\"step\",\"id\":\"b\",\"step\":1,\"cursor\":1,\"rowCount\":1,");
        assertThat(answers.get(4)).isEqualTo("{\"type\":\"done\",\"id\":\"b\",\"steps\":2,\"success\":true}");
        assertThat(answers).hasSize(5);
    }

    @Test
    void leavesOutWhatIsBehindAFailureUnlessAConditionSaysOtherwise() {
        open(1);
        batch(
                "1",
                String.join(
                        ",",
                        step("A", ""),
                        step("B", ""),
                        step("C", ""),
                        step("D", ",\"cond\":{\"error\":1}"),
                        step("E", ",\"cond\":{\"and\":[{\"ok\":0},{\"not\":{\"skipped\":2}}]}"),
                        step("F", ",\"cond\":{\"or\":[{\"ok\":1},{\"ok\":3}]}"),
                        step("G", ",\"cond\":\"always\"")),
                "");
        reply().ok(0, 0, 0);
        reply().error(1064, "42000", "no");
        for (int i = 0; i < 3; i++) {
            reply().ok(0, 0, 0);
        }

        assertThat(asked()).containsExactly("A", "B", "D", "F", "G");
        var answers = client.received();
        assertThat(answers.get(1))
                .startsWith("{\"type\":\"step\",\"id\":1,\"step\":1,\"success\":false,\"error\":{")
                .contains("1064");
        assertThat(answers.get(2)).isEqualTo("{\"type\":\"step\",\"id\":1,\"step\":2,\"skipped\":true}");
        assertThat(answers).contains("{\"type\":\"step\",\"id\":1,\"step\":4,\"skipped\":true}");
        assertThat(answers).hasSize(8).last().isEqualTo("{\"type\":\"done\",\"id\":1,\"steps\":7,\"success\":false}");
    }

    @Test
    void takesEffectTogether() {
        open(1);
        batch("1", step("A", "") + "," + step("B", ""), ",\"tx\":true");
        for (int i = 0; i < 4; i++) {
            reply().ok(0, 0, 0);
        }

        assertThat(asked()).containsExactly("BEGIN", "A", "B", "COMMIT");
        assertThat(client.received())
                .hasSize(3)
                .last()
                .isEqualTo("{\"type\":\"done\",\"id\":1,\"steps\":2,\"success\":true}");
    }

    @Test
    void rollsBackWhateverItsConditionsSay() {
        open(1);
        batch("1", step("A", "") + "," + step("B", ",\"cond\":\"always\""), ",\"tx\":true");
        reply().ok(0, 0, 0);
        reply().error(1213, "40001", "Deadlock");
        reply().ok(0, 0, 0);

        assertThat(asked()).containsExactly("BEGIN", "A", "ROLLBACK");
        assertThat(client.received())
                .hasSize(3)
                .contains("{\"type\":\"step\",\"id\":1,\"step\":1,\"skipped\":true}")
                .last()
                .isEqualTo("{\"type\":\"done\",\"id\":1,\"steps\":2,\"success\":false}");
    }

    @Test
    void answersByTheErrorOfBeginOrCommit() {
        open(1);
        batch("1", step("A", ""), ",\"tx\":true");
        reply().error(1053, "08S01", "going");
        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"error\",\"id\":1,")
                .contains("1053");
        batch("2", step("A", ""), ",\"tx\":true");
        reply().ok(0, 0, 0);
        reply().ok(0, 0, 0);
        reply().error(1180, "HY000", "commit failed");

        assertThat(asked()).containsExactly("BEGIN", "BEGIN", "A", "COMMIT");
        assertThat(client.received())
                .hasSize(2)
                .last()
                .asString()
                .startsWith("{\"type\":\"error\",\"id\":2,")
                .contains("1180");
    }

    @Test
    void beginsNoTransactionWithinAnother() {
        open(1);
        client.send("{\"type\":\"begin\",\"id\":1,\"stream\":1}");
        sessions.latest().session().transaction().statusFlags(StatusFlags.SERVER_STATUS_IN_TRANS);
        sessions.latest().target().ok(new LocalOk(StatusFlags.SERVER_STATUS_IN_TRANS));
        client.received();
        batch("2", step("A", ""), ",\"tx\":true");

        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"error\",\"id\":2,")
                .contains("1568");
        assertThat(sessions.statements()).hasSize(1);
    }

    @Test
    void isInterruptedAsAWhole() {
        open(1);
        batch("1", step("A", "") + "," + step("B", ",\"cond\":\"always\""), ",\"tx\":true");
        reply().ok(0, 0, 0);
        client.send("{\"type\":\"cancel\",\"id\":1}");
        assertThat(sessions.cancelled()).hasSize(1);
        reply().error(1317, "70100", "Query execution was interrupted");
        reply().ok(0, 0, 0);

        assertThat(asked()).containsExactly("BEGIN", "A", "ROLLBACK");
        assertThat(client.received())
                .hasSize(3)
                .last()
                .asString()
                .startsWith("{\"type\":\"error\",\"id\":1,")
                .contains("1317");
    }

    @Test
    void sendsTheRowsOfEachStepByCredit() {
        open(1);
        batch("1", step("S", "") + "," + step("T", ""), ",\"fetch\":1");
        var reply = reply().columns(COLUMN);
        rows(reply, 1, 2);
        reply.end();
        assertThat(asked()).containsExactly("S");
        client.send("{\"type\":\"fetch\",\"cursor\":1,\"max_rows\":5}");
        assertThat(asked()).containsExactly("S", "T");
        reply().columns(COLUMN).row("x").end();

        assertThat(client.received()).last().isEqualTo("{\"type\":\"done\",\"id\":1,\"steps\":2,\"success\":true}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"batch\",\"id\":1,\"stream\":1} | steps",
                "{\"type\":\"batch\",\"id\":1,\"stream\":1,\"steps\":[]} | empty",
                "{\"type\":\"batch\",\"id\":1,\"stream\":1,\"steps\":{}} | array",
                "{\"type\":\"batch\",\"id\":1,\"stream\":1,\"steps\":[1]} | objects",
                "{\"type\":\"batch\",\"id\":1,\"stream\":1,\"steps\":[{\"params\":[]}]} | step 0",
                "{\"type\":\"batch\",\"id\":1,\"stream\":1,\"steps\":[{\"sql\":\"S\",\"cond\":{\"ok\":0}}]} | before step 0",
                "{\"type\":\"batch\",\"id\":1,\"stream\":1,\"steps\":[{\"sql\":\"S\"},{\"sql\":\"S\",\"cond\":{\"ok\":1}}]} | 0 to 0",
                "{\"type\":\"batch\",\"id\":1,\"stream\":1,\"steps\":[{\"sql\":\"S\",\"cond\":{}}]} | cond",
                "{\"type\":\"batch\",\"id\":1,\"stream\":1,\"steps\":[{\"sql\":\"S\",\"cond\":\"never\"}]} | cond",
                "{\"type\":\"batch\",\"id\":1,\"stream\":1,\"steps\":[{\"sql\":\"S\"}],\"tx\":1} | tx",
                "{\"type\":\"batch\",\"id\":1,\"steps\":[{\"sql\":\"S\"}]} | stream",
            })
    void refusesWhatIsNoBatch(String message, String reason) {
        open(1);
        client.send(message);

        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"error\",\"id\":1,")
                .contains(reason);
        assertThat(sessions.statements()).isEmpty();
    }
}
