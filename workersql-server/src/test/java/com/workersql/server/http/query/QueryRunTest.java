// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import static com.workersql.protocol.message.server.ColumnDefinition.BINARY_COLLATION;
import static com.workersql.protocol.message.server.ColumnDefinition.ENUM_FLAG;
import static com.workersql.protocol.message.server.ColumnDefinition.UNSIGNED_FLAG;
import static com.workersql.protocol.message.server.ColumnDefinition.ZEROFILL_FLAG;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.execute.LocalOk;
import com.workersql.server.execute.LocalRows;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written of a shard's reply. */
class QueryRunTest extends QueryRunFixture {
    @Test
    void writesMembersInTheirOrder() {
        start(false)
                .reply()
                .columns(column("id", ColumnType.LONGLONG), column("n\"", ColumnType.VAR_STRING))
                .row(1, "a")
                .row(2, null)
                .end();

        assertThat(answer())
                .isEqualTo("{\"columns\":[{\"name\":\"id\",\"type\":\"BIGINT\",\"unsigned\":false,\"nullable\":true,"
                        + "\"length\":21},{\"name\":\"n\\\"\",\"type\":\"VARCHAR\",\"nullable\":true,\"length\":16777215}],"
                        + "\"data\":[{\"id\":1,\"n\\\"\":\"a\"},{\"id\":2,\"n\\\"\":null}],\"rowCount\":2,"
                        + "\"executionTime\":0,\"cached\":false,\"meta\":{\"requestId\":\"r1\"},\"success\":true}");
    }

    static Stream<Arguments> textValues() {
        var zerofill = UNSIGNED_FLAG | ZEROFILL_FLAG;
        return Stream.of(
                Arguments.of(column(ColumnType.TINY, 63, 0), "-128", "-128"),
                Arguments.of(column(ColumnType.LONGLONG, 63, 0), "9007199254740991", "9007199254740991"),
                Arguments.of(column(ColumnType.LONGLONG, 63, 0), "-9007199254740993", "\"-9007199254740993\""),
                Arguments.of(
                        column(ColumnType.LONGLONG, 63, UNSIGNED_FLAG),
                        "18446744073709551615",
                        "\"18446744073709551615\""),
                Arguments.of(column(ColumnType.LONG, 63, zerofill), "0000000042", "42"),
                Arguments.of(column(ColumnType.YEAR, 63, zerofill), "0000", "0"),
                Arguments.of(column(ColumnType.YEAR, 63, zerofill), "2026", "2026"),
                Arguments.of(column(ColumnType.NEWDECIMAL, 63, 0), "123.4500", "\"123.4500\""),
                Arguments.of(column(ColumnType.DOUBLE, 63, 0), "1.7976931348623157e308", "1.7976931348623157e308"),
                Arguments.of(column(ColumnType.DOUBLE, 63, zerofill), "0000000000000001.5", "1.5"),
                Arguments.of(column(ColumnType.DOUBLE, 63, zerofill), "0000000000000000.5", "0.5"),
                Arguments.of(column(ColumnType.FLOAT, 63, 0), "-0", "-0"),
                Arguments.of(column(ColumnType.DATE, 63, 0), "0000-00-00", "\"0000-00-00\""),
                Arguments.of(
                        column(ColumnType.DATETIME, 63, 0),
                        "2026-01-02 03:04:05.000600",
                        "\"2026-01-02 03:04:05.000600\""),
                Arguments.of(column(ColumnType.TIME, 63, 0), "-838:59:59", "\"-838:59:59\""),
                Arguments.of(column(ColumnType.VAR_STRING, 45, 0), "a\"é\n", "\"a\\\"é\\n\""),
                Arguments.of(column(ColumnType.STRING, 45, ENUM_FLAG), "x", "\"x\""),
                Arguments.of(column(ColumnType.VAR_STRING, BINARY_COLLATION, 0), new byte[] {0, -1, 1}, "\"AP8B\""),
                Arguments.of(column(ColumnType.BLOB, BINARY_COLLATION, 0), new byte[0], "\"\""),
                Arguments.of(column(ColumnType.BLOB, 45, 0), "text", "\"text\""),
                Arguments.of(column(ColumnType.BIT, 63, UNSIGNED_FLAG), new byte[] {1, 2}, "\"AQI=\""),
                Arguments.of(column(ColumnType.GEOMETRY, 63, 0), new byte[] {1}, "\"AQ==\""),
                Arguments.of(column(ColumnType.JSON, 63, 0), "{\"a\": [1, 2.50]}", "{\"a\": [1, 2.50]}"),
                Arguments.of(column(ColumnType.JSON, 63, 0), "null", "null"),
                Arguments.of(column(ColumnType.JSON, 63, 0), "{\"a\":", "\"{\\\"a\\\":\""),
                Arguments.of(column(ColumnType.JSON, 63, 0), "1 2", "\"1 2\""),
                Arguments.of(column(ColumnType.VAR_STRING, 45, 0), null, "null"));
    }

    @ParameterizedTest
    @MethodSource("textValues")
    void writesValuesOfTextRowsByTheirType(ColumnDefinition definition, Object value, String json) {
        start(true).reply().columns(definition).row(value).end();

        assertThat(answer()).contains("\"data\":[[" + json + "]]");
    }

    @Test
    void writesValuesOfBinaryRows() {
        // One column that is NULL, then each form: the bytes follow dev.mysql.com "Binary Protocol Value".
        var payload = Unpooled.buffer();
        payload.writeByte(0).writeByte(0b0000_0100);
        payload.writeLongLE(-2);
        payload.writeLongLE(-1);
        payload.writeDoubleLE(1.5);
        payload.writeByte(4).writeShortLE(2026).writeByte(11).writeByte(23);
        payload.writeByte(2).writeBytes(new byte[] {'h', 'i'});
        startBinary()
                .reply()
                .columns(
                        column("n", ColumnType.LONG),
                        column("i", ColumnType.LONGLONG),
                        column(ColumnType.LONGLONG, 63, UNSIGNED_FLAG),
                        ShardReply.with(column("d", ColumnType.DOUBLE), 63, 0, 31),
                        column("t", ColumnType.DATE),
                        column("s", ColumnType.VAR_STRING))
                .packet(payload, 3)
                .end();

        assertThat(answer()).contains("\"data\":[[null,-2,\"18446744073709551615\",1.5,\"2026-11-23\",\"hi\"]]");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 1000})
    void doesNotMindWhereTheBytesAreCut(int pieceBytes) {
        var reply = start(true).reply().columns(column("a", ColumnType.VAR_STRING));
        var bytes = Unpooled.buffer();
        for (int i = 0; i < 3; i++) {
            var row = reply.textRow("value " + i);
            bytes.writeBytes(row);
            row.release();
        }
        reply.pieces(bytes, pieceBytes).end();

        assertThat(answer()).contains("\"data\":[[\"value 0\"],[\"value 1\"],[\"value 2\"]],\"rowCount\":3");
    }

    @Test
    void writesTheFiguresOfAChange() {
        start(false).reply().ok(3, -1, 2);

        assertThat(answer())
                .isEqualTo("{\"rowsAffected\":3,\"lastInsertId\":\"18446744073709551615\","
                        + "\"insertId\":\"18446744073709551615\",\"executionTime\":0,\"cached\":false,"
                        + "\"meta\":{\"requestId\":\"r1\",\"warnings\":2},\"success\":true}");
    }

    @Test
    void keepsTheLastOfSeveralColumnsOfOneNameInObjects() {
        start(false)
                .reply()
                .columns(column("a", ColumnType.LONG), column("b", ColumnType.LONG), column("a", ColumnType.LONG))
                .row(1, 2, 3)
                .end();

        assertThat(answer()).contains("\"data\":[{\"b\":2,\"a\":3}]");
    }

    @Test
    void putsFurtherResultsIntoAnArrayOfTheirOwn() {
        var reply = start(true).reply();
        for (int i = 1; i <= 3; i++) {
            reply.columns(column("c" + i, ColumnType.LONG)).row(i).more();
        }
        reply.ok(0, 0, 0);

        assertThat(answer().replaceAll("\"columns\":\\[[^\\]]*\\]", "\"columns\":[]"))
                .startsWith(
                        "{\"columns\":[],\"data\":[[1]],\"rowCount\":1,\"moreResults\":["
                                + "{\"columns\":[],\"data\":[[2]],\"rowCount\":1},{\"columns\":[],\"data\":[[3]],\"rowCount\":1}],");
    }

    @Test
    void passesErrorsOfTheServerOn() {
        start(false).reply().error(1062, "23000", "Duplicate entry");

        assertThat(output.error)
                .isEqualTo(
                        new GatewayError(1062, "23000", "Duplicate entry", ErrorClass.CONFLICT, Outcome.NOT_EXECUTED));
    }

    @Test
    void endsTheDocumentWhenAnErrorComesBehindRows() {
        start(true).reply().columns(column("a", ColumnType.LONG)).row(1).error(1317, "70100", "interrupted");

        assertThat(answer())
                .contains("\"data\":[[1]],\"rowCount\":1,")
                .contains("\"success\":false,\"error\":{\"code\":");
        assertThat(answer()).endsWith("}}");
    }

    @Test
    void writesAnswersOfTheGatewayItself() {
        start(false)
                .target()
                .rows(new LocalRows(
                        List.of(column("a", ColumnType.LONGLONG), column("b", ColumnType.VAR_STRING)),
                        List.<String[]>of(new String[] {"7", null}),
                        0));

        assertThat(answer()).contains("\"data\":[{\"a\":7,\"b\":null}],\"rowCount\":1");
    }

    @Test
    void writesAnOkOfTheGatewayItself() {
        start(false).target().ok(new LocalOk(2));

        assertThat(answer()).startsWith("{\"rowsAffected\":0,").endsWith("\"success\":true}");
    }
}
