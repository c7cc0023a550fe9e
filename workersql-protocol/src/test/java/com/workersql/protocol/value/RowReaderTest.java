// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RowReaderTest {
    private static final ColumnDefinition[] ONE_STRING = {ColumnDefinition.of("a", ColumnType.VAR_STRING)};

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "+7, 7",
        "9223372036854775807, 9223372036854775807",
        "-9223372036854775808, -9223372036854775808",
        "5.00, 5",
        "00012, 12"
    })
    void readsIntegersFromText(String text, long expected) {
        assertThat(textRow(text).getLong(0)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "+",
                ".",
                "1.5",
                "1e3",
                "abc",
                " 1",
                "9223372036854775808",
                "-9223372036854775809",
                "18446744073709551615",
                "18446744073709551616",
                "184467440737095516150",
                "1 "
            })
    void refusesToReadOtherTextAsALong(String text) {
        assertThatThrownBy(() -> textRow(text).getLong(0)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void readsUnsignedIntegersFromTextUpTo64Bits() {
        assertThat(textRow("18446744073709551615").getUnsignedLong(0)).isEqualTo(-1L);
        assertThatThrownBy(() -> textRow("-1").getUnsignedLong(0)).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> textRow("18446744073709551616").getUnsignedLong(0))
                .isInstanceOf(ProtocolException.class);
    }

    @Test
    void readsBitsAsANumber() {
        ColumnDefinition[] columns = {ColumnDefinition.of("a", ColumnType.BIT)};
        ByteBuf row = Unpooled.wrappedBuffer(new byte[] {2, 1, 1});
        assertThat(new RowReader().wrapText(row, columns).getLong(0)).isEqualTo(257);
        assertThat(new RowReader().wrapText(row, columns).getUnsignedLong(0)).isEqualTo(257);
    }

    @Test
    void givesNothingOfANullButThatItIsOne() {
        RowReader row = new RowReader().wrapText(Unpooled.wrappedBuffer(new byte[] {(byte) 0xFB}), ONE_STRING);
        assertThat(row.isNull(0)).isTrue();
        assertThatThrownBy(() -> row.getText(0))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("column 0 is NULL");
    }

    @Test
    void givesASliceOfTheRow() {
        ByteBuf payload =
                Unpooled.buffer().writeByte(9).writeByte(2).writeByte('h').writeByte('i');
        payload.skipBytes(1);
        RowReader row = new RowReader().wrapText(payload, ONE_STRING);
        assertThat(row.getBytes(0).toString(StandardCharsets.UTF_8)).isEqualTo("hi");
        assertThat(row.valueIndex(0)).isEqualTo(2);
        assertThat(row.valueBytes(0)).isEqualTo(2);
        assertThat(payload.readerIndex()).isEqualTo(1);
    }

    @Test
    void refusesRowsOfAnotherWidth() {
        assertThatThrownBy(() -> new RowReader().wrapText(Unpooled.wrappedBuffer(new byte[] {1, 'a', 0}), ONE_STRING))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("1 more bytes");
        assertThatThrownBy(() -> new RowReader().wrapText(Unpooled.EMPTY_BUFFER, ONE_STRING))
                .isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> new RowReader().wrapText(Unpooled.wrappedBuffer(new byte[] {2, 'a'}), ONE_STRING))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("has 2 bytes, 1 are left");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 6, 8, 9, 10, 12, 200})
    void refusesDatesOfAnUnknownLength(int length) {
        ColumnDefinition[] columns = {ColumnDefinition.of("a", ColumnType.DATETIME)};
        ByteBuf row = Unpooled.buffer().writeZero(2).writeByte(length).writeZero(length);
        assertThatThrownBy(() -> new RowReader().wrapBinary(row, columns))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("DATETIME with " + length + " bytes");
    }

    @Test
    void readsTheGreatestUnsignedIntegerAsADouble() {
        ColumnDefinition unsigned = new ColumnDefinition(
                "", "", "", "a", "", 63, 20, ColumnType.LONGLONG, ColumnDefinition.UNSIGNED_FLAG, 0, null, null);
        ByteBuf row = Unpooled.buffer().writeZero(2).writeLongLE(-1);
        RowReader reader = new RowReader().wrapBinary(row, new ColumnDefinition[] {unsigned});
        assertThat(reader.getDouble(0)).isEqualTo(0x1p64);
        assertThat(reader.getText(0)).isEqualTo("18446744073709551615");
        assertThatThrownBy(() -> reader.getLong(0)).isInstanceOf(ProtocolException.class);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsRowsOfManyKilobytesFromAnyKindOfBufferInAnyOrder(boolean binary) {
        ColumnDefinition[] columns = new ColumnDefinition[2000];
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < columns.length; i++) {
            columns[i] = ColumnDefinition.of("c", i % 3 == 0 ? ColumnType.LONGLONG : ColumnType.VAR_STRING);
            values.add(i % 11 == 5 ? null : i % 3 == 0 ? (Object) (i * 1_000_000_007L) : "v".repeat(i % 700));
        }
        values.set(1000, "long".repeat(10_000));
        ByteBuf row = Unpooled.buffer();
        RowWriter writer = new RowWriter().begin(row, columns, binary);
        for (Object value : values) {
            if (value == null) {
                writer.addNull();
            } else if (value instanceof Long number) {
                writer.addLong(number);
            } else {
                writer.addText((String) value);
            }
        }
        writer.end();
        RowReader reader = new RowReader();
        List<ByteBuf> kinds = List.of(
                row,
                Unpooled.directBuffer().writeBytes(row.duplicate()),
                Unpooled.buffer().writeZero(7).writeBytes(row.duplicate()).skipBytes(7),
                Unpooled.directBuffer().writeZero(7).writeBytes(row.duplicate()).skipBytes(7),
                row.asReadOnly());
        for (ByteBuf payload : kinds) {
            for (int step : List.of(1, -1, 7)) {
                if (binary) {
                    reader.wrapBinary(payload, columns);
                } else {
                    reader.wrapText(payload, columns);
                }
                for (int n = 0; n < columns.length; n++) {
                    int i = Math.floorMod(n * step, columns.length);
                    if (values.get(i) == null) {
                        assertThat(reader.isNull(i)).isTrue();
                    } else if (values.get(i) instanceof Long number) {
                        assertThat(reader.getLong(i)).isEqualTo(number);
                    } else {
                        assertThat(reader.getText(i)).isEqualTo(values.get(i));
                    }
                }
            }
        }
        kinds.subList(1, 4).forEach(ByteBuf::release);
    }

    @Test
    void readsNothingOfTheRowBeforeWhenARowIsMalformed() {
        RowReader reader = textRow("12");
        assertThatThrownBy(() -> reader.wrapText(Unpooled.wrappedBuffer(new byte[] {5, 'a'}), ONE_STRING))
                .isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> reader.getText(0)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void throwsNothingButProtocolExceptionOnRandomRows() {
        Random random = new Random(3);
        List<ColumnType> types = List.of(ColumnType.values());
        RowReader reader = new RowReader();
        for (int round = 0; round < 100_000; round++) {
            ColumnDefinition[] columns = new ColumnDefinition[random.nextInt(4)];
            for (int i = 0; i < columns.length; i++) {
                ColumnType type = types.get(random.nextInt(types.size()));
                columns[i] = new ColumnDefinition(
                        "",
                        "",
                        "",
                        "c",
                        "",
                        63,
                        random.nextInt(300),
                        type,
                        random.nextInt(0x1000),
                        random.nextInt(40),
                        null,
                        null);
            }
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            if (bytes.length > 2) {
                bytes[0] = 0;
                bytes[1] = (byte) (bytes[1] & 8);
                bytes[2] = (byte) (bytes[2] & 15);
            }
            ByteBuf row = Unpooled.wrappedBuffer(bytes);
            try {
                if (random.nextBoolean()) {
                    reader.wrapBinary(row, columns);
                } else {
                    reader.wrapText(row, columns);
                }
            } catch (ProtocolException e) {
                continue;
            }
            for (int i = 0; i < columns.length; i++) {
                if (!reader.isNull(i)) {
                    assertThat(reader.getText(i)).isNotNull();
                    readNumbers(reader, i);
                }
            }
        }
    }

    private static void readNumbers(RowReader reader, int i) {
        for (Runnable read : List.<Runnable>of(
                () -> reader.getLong(i),
                () -> reader.getUnsignedLong(i),
                () -> reader.getDouble(i),
                () -> reader.getDecimalText(i))) {
            try {
                read.run();
            } catch (ProtocolException e) {
                assertThat(e).hasMessageContaining("Malformed");
            }
        }
    }

    private static RowReader textRow(String value) {
        ByteBuf payload = Unpooled.buffer().writeByte(value.length());
        payload.writeCharSequence(value, StandardCharsets.US_ASCII);
        return new RowReader().wrapText(payload, ONE_STRING);
    }
}
