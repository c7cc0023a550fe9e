// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Prepared statements of {@code workersql.v1}. */
class StreamStatementsTest extends StreamsFixture {
    private void prepare(int id, int stream, int statement, String sql) {
        client.send("{\"type\":\"prepare\",\"id\":" + id + ",\"stream\":" + stream + ",\"stmt\":" + statement
                + ",\"sql\":\"" + sql + "\"}");
    }

    private void execute(int id, int stream, int statement, String more) {
        client.send(
                "{\"type\":\"execute\",\"id\":" + id + ",\"stream\":" + stream + ",\"stmt\":" + statement + more + "}");
    }

    private void assertError(int id, String reason) {
        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"error\",\"id\":" + id + ",")
                .contains(reason);
    }

    @Test
    void areExecutedWithOtherValuesEachTime() {
        open(1);
        prepare(1, 1, 7, "SELECT ?, '?' -- ?");
        execute(2, 1, 7, ",\"params\":[5]");
        assertThat(client.received())
                .containsExactly("{\"type\":\"prepared\",\"id\":1,\"stream\":1,\"stmt\":7,\"params\":1}");
        assertThat(sessions.latest().sql()).isEqualTo("SELECT ?, '?' -- ?");
        assertThat(sessions.latest().values()).hasSize(1);
        reply().ok(0, 0, 0);
        assertThat(client.received()).singleElement().asString().startsWith("{\"type\":\"done\",\"id\":2,");
        execute(3, 1, 7, ",\"params\":[6],\"hints\":{\"consistency\":\"strong\"}");

        assertThat(sessions.latest().sql()).isEqualTo("/*+ strong */ SELECT ?, '?' -- ?");
        reply().ok(0, 0, 0);
        assertThat(client.received()).singleElement().asString().startsWith("{\"type\":\"done\",\"id\":3,");
    }

    @Test
    void tellTheNamesThatTheyWant() {
        open(1);
        prepare(1, 1, 7, "SELECT :b, ':c', :a /* :d */ FROM t WHERE x = :b");
        execute(2, 1, 7, ",\"named\":{\"a\":5,\"b\":6}");

        assertThat(client.received())
                .containsExactly(
                        "{\"type\":\"prepared\",\"id\":1,\"stream\":1,\"stmt\":7,\"params\":0,\"named\":[\"b\",\"a\"]}");
        assertThat(sessions.latest().values()).hasSize(3);
        reply().ok(0, 0, 0);
    }

    @Test
    void giveRowsByCreditAndInTheFormThatIsAskedFor() {
        open(1);
        prepare(1, 1, 7, "S");
        client.received();
        execute(2, 1, 7, ",\"fetch\":1,\"row_format\":\"object\"");
        var reply = reply().columns(COLUMN);
        rows(reply, 1, 2);
        reply.end();
        assertThat(client.received())
                .hasSize(2)
                .last()
                .isEqualTo("{\"type\":\"rows\",\"cursor\":1,\"seq\":1,\"data\":[{\"a\":\"1\"}]}");
        client.send("{\"type\":\"fetch\",\"cursor\":1,\"max_rows\":9}");
        assertThat(client.received()).hasSize(2).last().asString().startsWith("{\"type\":\"done\",\"id\":2,");
    }

    @Test
    void belongToTheirStream() {
        open(1, 2);
        prepare(1, 1, 7, "A");
        prepare(2, 2, 7, "B");
        client.received();
        execute(3, 2, 7, "");
        assertThat(sessions.latest().sql()).isEqualTo("B");
        reply().ok(0, 0, 0);
        client.send("{\"type\":\"close\",\"stream\":2}").send("{\"type\":\"open\",\"stream\":2}");
        client.received();
        execute(4, 2, 7, "");
        assertError(4, "1243");
        execute(5, 1, 7, "");
        assertThat(sessions.latest().sql()).isEqualTo("A");
        reply().ok(0, 0, 0);
    }

    @Test
    void areForgottenWhenTheyAreClosed() {
        open(1);
        prepare(1, 1, 7, "A");
        client.received();
        client.send("{\"type\":\"close_stmt\",\"stream\":1,\"stmt\":7}")
                .send("{\"type\":\"close_stmt\",\"stream\":1,\"stmt\":8}");
        assertThat(client.received())
                .containsExactly(
                        "{\"type\":\"close_stmt_ok\",\"stream\":1,\"stmt\":7}",
                        "{\"type\":\"close_stmt_ok\",\"stream\":1,\"stmt\":8}");
        execute(2, 1, 7, "");
        assertError(2, "1243");
    }

    @Test
    void areBoundedInNumberAndLength() {
        open(1);
        prepare(1, 1, 1, "A");
        prepare(2, 1, 2, "B");
        prepare(3, 1, 3, "C");
        client.received();
        prepare(4, 1, 4, "D");
        assertError(4, "max_statements");
        client.send("{\"type\":\"close_stmt\",\"stream\":1,\"stmt\":1}")
                .send("{\"type\":\"close_stmt\",\"stream\":1,\"stmt\":2}");
        client.received();
        prepare(5, 1, 5, "x".repeat(600_000));
        assertThat(client.received()).singleElement().asString().startsWith("{\"type\":\"prepared\",\"id\":5,");
        prepare(6, 1, 6, "x".repeat(600_000));
        assertError(6, "max_message_bytes");
    }

    @Test
    void needANumberAndAStream() {
        open(1);
        client.send("{\"type\":\"prepare\",\"id\":1,\"stream\":1,\"sql\":\"A\"}");
        assertError(1, "stmt");
        client.send("{\"type\":\"execute\",\"id\":2,\"stream\":1}");
        assertError(2, "stmt");
        prepare(3, 9, 1, "A");
        assertError(3, "no stream 9");
        client.send("{\"type\":\"prepare\",\"id\":4,\"stream\":1,\"stmt\":1,\"sql\":\" \"}");
        assertError(4, "1065");
        client.send("{\"type\":\"close_stmt\",\"stream\":1}");
        assertThat(client.received()).singleElement().asString().startsWith("close 4400 ");
    }

    @Test
    void closeTheSocketOnANumberThatIsInUse() {
        open(1);
        prepare(1, 1, 7, "A");
        prepare(2, 1, 7, "B");

        assertThat(client.received()).hasSize(2).last().asString().startsWith("close 4409 ");
    }
}
