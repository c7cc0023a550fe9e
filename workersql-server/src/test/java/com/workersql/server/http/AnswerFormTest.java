// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerFormTest {
    private static final ColumnDefinition NAME = ColumnDefinition.of("na,me", ColumnType.VAR_STRING);
    private static final ColumnDefinition NUMBER = ColumnDefinition.of("n", ColumnType.LONG);

    private final TestDoor door = new TestDoor();

    @AfterEach
    void leavesNoSessionOpen() {
        door.close();
        assertThat(door.sessions().openCount()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/* | application/json",
                "application/json;q=0.1, application/x-ndjson | application/x-ndjson",
                "text/html, text/csv;q=0.9, */*;q=0.1 | text/csv; charset=utf-8; header=present",
                "application/x-ndjson;q=0, application/* | application/json"
            })
    void isTheOneThatIsPreferred(String accept, String type) {
        door.query("{\"sql\":\"S\"}", "Accept: " + accept + "\r\n");
        door.sessions().latest().reply().ok(1, 0, 0);

        assertThat(door.received()).startsWith("HTTP/1.1 200 OK").contains("content-type: " + type + "\r\n");
    }

    @Test
    void isRefusedWhereThereIsNone() {
        door.query("{\"sql\":\"S\"}", "Accept: image/png\r\n");

        assertThat(door.received()).startsWith("HTTP/1.1 406 Not Acceptable\r\n");
        assertThat(door.sessions().statements()).isEmpty();
    }

    @Test
    void writesALineForTheColumnsEachRowAndTheTotals() {
        door.query("{\"sql\":\"S\",\"rows\":\"array\"}", "Accept: application/x-ndjson\r\n");
        door.sessions()
                .latest()
                .reply()
                .columns(NAME, NUMBER)
                .row("x", "1")
                .row(null, "2")
                .end();

        assertThat(door.received().split("\r\n\r\n", 2)[1].lines())
                .satisfiesExactly(
                        columns -> assertThat(columns).startsWith("{\"columns\":[{\"name\":\"na,me\""),
                        row -> assertThat(row).isEqualTo("[\"x\",1]"),
                        row -> assertThat(row).isEqualTo("[null,2]"),
                        totals -> assertThat(totals)
                                .startsWith("{\"rowCount\":2,")
                                .endsWith("\"success\":true}"));
    }

    @Test
    void endsByALineWithTheErrorThatCameLate() {
        door.query("{\"sql\":\"S\"}", "Accept: application/x-ndjson\r\n");
        var reply = door.sessions().latest().reply().columns(NAME);
        for (int i = 0; i < 100; i++) {
            reply.row("x".repeat(1000));
        }
        reply.error(1158, "08S01", "lost");

        assertThat(door.received()).contains("\n{\"success\":false,\"error\":{\"code\":\"CONNECTION_ERROR\"");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void quotesWhatNeedsItInCommaSeparatedValues() {
        door.query("{\"sql\":\"S\"}", "Accept: text/csv\r\n");
        door.sessions()
                .latest()
                .reply()
                .columns(NAME, NUMBER)
                .row("a\"b", "1")
                .row("", "2")
                .row(null, "3")
                .row("two\r\nlines", null)
                .row("plain", "5")
                .end();

        assertThat(door.received())
                .endsWith("\r\n\r\n\"na,me\",n\r\n\"a\"\"b\",1\r\n\"\",2\r\n,3\r\n\"two\r\nlines\",\r\nplain,5\r\n");
    }

    @Test
    void givesFiguresWhereThereAreNoRows() {
        door.query("{\"sql\":\"S\"}", "Accept: text/csv\r\n");
        door.sessions().latest().reply().ok(3, 7, 0);

        assertThat(door.received()).endsWith("\r\n\r\nrowsAffected,lastInsertId\r\n3,7\r\n");
    }
}
