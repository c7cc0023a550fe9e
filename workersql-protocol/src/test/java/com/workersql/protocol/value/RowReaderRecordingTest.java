// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RowReaderRecordingTest {
    static Stream<RecordedReply> recordings() {
        return Stream.of("mysql-9.7", "mariadb-11.4").flatMap(server -> RecordedReply.of(server).stream());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void readsTextRowsAsTheServerPrintedThem(RecordedReply reply) {
        assertPrinted(reply, false);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void printsBinaryRowsAsTheServerPrintsThemInText(RecordedReply reply) {
        assertPrinted(reply, true);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void readsTheSameNumbersFromBothForms(RecordedReply reply) {
        ColumnDefinition[] columns = reply.columns(false);
        List<ByteBuf> textRows = reply.rows(false);
        List<ByteBuf> binaryRows = reply.rows(true);
        for (int r = 0; r < textRows.size(); r++) {
            RowReader text = new RowReader().wrapText(textRows.get(r), columns);
            RowReader binary = new RowReader().wrapBinary(binaryRows.get(r), reply.columns(true));
            for (int i = 0; i < columns.length; i++) {
                if (text.isNull(i) || !columns[i].type().isNumeric()) {
                    continue;
                }
                assertThat(binary.getDecimalText(i)).isEqualTo(text.getDecimalText(i));
                if (columns[i].type().isInteger()) {
                    if (columns[i].isUnsigned()) {
                        assertThat(binary.getUnsignedLong(i)).isEqualTo(text.getUnsignedLong(i));
                    } else {
                        assertThat(binary.getLong(i)).isEqualTo(text.getLong(i));
                    }
                    assertThat(binary.getDouble(i)).isEqualTo(text.getDouble(i));
                }
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recordings")
    void writesDefinitionsAsTheServerDid(RecordedReply reply) {
        for (ByteBuf payload : reply.definitionPayloads()) {
            byte[] bytes = ByteBufUtil.getBytes(payload);
            ByteBuf out = Unpooled.buffer();
            ColumnDefinition.decode(payload, RecordedReply.CAPABILITIES).encode(out, RecordedReply.CAPABILITIES);
            assertThat(ByteBufUtil.getBytes(out)).isEqualTo(bytes);
            assertThat(payload.isReadable()).isFalse();
        }
    }

    private static void assertPrinted(RecordedReply reply, boolean inBinary) {
        ColumnDefinition[] columns = reply.columns(inBinary);
        List<ByteBuf> rows = reply.rows(inBinary);
        assertThat(rows).hasSameSizeAs(reply.expected());
        RowReader reader = new RowReader();
        SoftAssertions softly = new SoftAssertions();
        for (int r = 0; r < rows.size(); r++) {
            ByteBuf row = rows.get(r);
            if (inBinary) {
                reader.wrapBinary(row, columns);
            } else {
                reader.wrapText(row, columns);
            }
            for (int i = 0; i < columns.length; i++) {
                byte[] expected = reply.expected().get(r).get(i);
                String where = "row " + r + ", column " + columns[i];
                softly.assertThat(reader.isNull(i)).as(where).isEqualTo(expected == null);
                if (expected != null && !reader.isNull(i)) {
                    String text = new String(expected, StandardCharsets.UTF_8);
                    ByteBuf printed = Unpooled.buffer();
                    reader.appendText(i, printed);
                    softly.assertThat(ByteBufUtil.getBytes(printed))
                            .as(where + text)
                            .isEqualTo(expected);
                    StringBuilder builder = new StringBuilder("> ");
                    reader.appendText(i, builder);
                    softly.assertThat(builder.toString()).as(where).isEqualTo("> " + text);
                    softly.assertThat(reader.getText(i)).as(where).isEqualTo(text);
                }
            }
        }
        softly.assertAll();
    }
}
