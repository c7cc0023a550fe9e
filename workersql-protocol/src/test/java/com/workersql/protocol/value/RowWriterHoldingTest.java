// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowWriterHoldingTest {
    private static final ColumnDefinition[] COLUMNS = {
        ColumnDefinition.of("number", ColumnType.LONGLONG), ColumnDefinition.of("text", ColumnType.VAR_STRING)
    };
    private static final int MANY = 1000;

    private final RowWriter holding = RowWriter.holding();
    private final ByteBuf out = Unpooled.buffer();

    @Test
    void holdsPacketsBackUpToTheFlush() {
        assertThat(add(holding, out, false, 1, "one", 255)).isZero();
        assertThat(out.isReadable()).isFalse();

        assertThatThrownBy(() -> holding.endPacket(0)).isInstanceOf(IllegalStateException.class);

        holding.flush();
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("060000ff" + "0131" + "036f6e65");

        holding.flush();
        assertThat(out.readableBytes()).isEqualTo(10);
    }

    @Test
    void holdsNoMoreThanSomeKilobytes() {
        int bytes = 0;
        for (int i = 0; i < MANY; i++) {
            add(holding, out, false, 1, "x".repeat(100), i);
            bytes += 4 + 2 + 101;
            assertThat(bytes - out.readableBytes()).isLessThanOrEqualTo(4096);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesWhatAWriterWritesThatHoldsNothing(boolean binary) {
        ByteBuf expected = Unpooled.buffer();
        RowWriter plain = new RowWriter();
        // Lengths at which a value, or all that is staged, becomes too long, and texts that are not ASCII.
        List<String> texts =
                List.of("", "x", "é", "x".repeat(4090), "x".repeat(8192), "x".repeat(8193), "日".repeat(9000));
        for (int i = 0; i < MANY; i++) {
            String text = i % 3 == 0 ? texts.get(i / 3 % texts.size()) : "text of row " + i;
            long number = Long.MAX_VALUE >> (i % 64);
            add(plain, expected, binary, i % 5 == 0 ? null : number, i % 7 == 0 ? null : text, i);
            List<Object> values = Arrays.asList(i % 5 == 0 ? null : number, i % 7 == 0 ? null : text);
            if (i % 2 == 0) {
                add(holding, out, binary, values.get(0), values.get(1), i);
            } else {
                holding.addPacket(out, COLUMNS, binary, values, i);
            }
        }
        holding.flush();
        assertThat(out).isEqualTo(expected);
    }

    @Test
    void setsTheBitsOfNullsInARowOfWhichAPartWasWritten() {
        ColumnDefinition[] columns = new ColumnDefinition[20];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = ColumnDefinition.of("c", ColumnType.VAR_STRING);
        }
        add(holding, out, true, 1, "held in front", 0);
        holding.beginPacket(out, columns, true);
        for (int i = 0; i < columns.length; i++) {
            holding.addObject(i % 3 == 0 ? null : "x".repeat(i % 2 == 0 ? 3000 : 9000));
        }
        assertThat(holding.endPacket(1)).isEqualTo(2);
        add(holding, out, true, 2, "held behind", 2);
        holding.flush();

        assertThat(payload(0))
                .satisfies(row -> assertThat(
                                new RowReader().wrapBinary(row, COLUMNS).getText(1))
                        .isEqualTo("held in front"));
        RowReader row = new RowReader().wrapBinary(payload(1), columns);
        for (int i = 0; i < columns.length; i++) {
            assertThat(row.isNull(i)).isEqualTo(i % 3 == 0);
            if (i % 3 > 0) {
                assertThat(row.valueBytes(i)).isEqualTo(i % 2 == 0 ? 3000 : 9000);
            }
        }
        assertThat(new RowReader().wrapBinary(payload(2), COLUMNS).getText(1)).isEqualTo("held behind");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cutsARowOfSixteenMegabytesBehindHeldOnes(boolean binary) {
        int overhead = binary ? 1 + 1 + 8 + 4 : 2 + 4;
        add(holding, out, binary, 1, "held", 254);
        assertThat(add(holding, out, binary, 1, "x".repeat(0xFF_FFFF - overhead), 255))
                .isEqualTo(1);
        add(holding, out, binary, 2, "behind", 1);
        holding.flush();

        int held = binary ? 4 + 2 + 8 + 5 : 4 + 2 + 5;
        assertThat(ByteBufUtil.hexDump(out, held, 4)).isEqualTo("ffffffff");
        assertThat(ByteBufUtil.hexDump(out, held + 4 + 0xFF_FFFF, 4)).isEqualTo("00000000");
        assertThat(out.getUnsignedByte(held + 8 + 0xFF_FFFF + 3)).isEqualTo((short) 1);
    }

    @Test
    void dropsARowThatWasBegunAndNeverEnded() {
        add(holding, out, false, 1, "one", 0);
        holding.beginPacket(out, COLUMNS, false).addLong(5);
        add(holding, out, false, 2, "two", 1);
        holding.beginPacket(out, COLUMNS, false).addLong(5);
        holding.flush();
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("06000000" + "0131036f6e65" + "06000001" + "01320374776f");

        assertThatThrownBy(() -> holding.addText("of the row that is no more"))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> holding.endPacket(0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void writesHeldPacketsInFrontOfARowWithoutHeader() {
        add(holding, out, false, 1, "one", 0);
        holding.begin(out, COLUMNS, false).addLong(2).addText("two").end();
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("06000000" + "0131036f6e65" + "01320374776f");
    }

    @Test
    void refusesAnotherBufferAsLongAsItHoldsPackets() {
        ByteBuf other = Unpooled.buffer();
        add(holding, out, false, 1, "one", 0);
        assertThatThrownBy(() -> holding.beginPacket(other, COLUMNS, false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("flush()");

        holding.flush();
        add(holding, other, false, 1, "one", 0);
        holding.flush();
        assertThat(other).isEqualTo(out);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesARowAtOnceAsValueByValue(boolean binary) {
        List<ColumnType> types = List.of(
                ColumnType.LONGLONG,
                ColumnType.VAR_STRING,
                ColumnType.DOUBLE,
                ColumnType.DATETIME,
                ColumnType.TIME,
                ColumnType.NEWDECIMAL,
                ColumnType.BLOB,
                ColumnType.SHORT,
                ColumnType.DATE,
                ColumnType.FLOAT);
        Random random = new Random(5);
        ByteBuf expected = Unpooled.buffer();
        RowWriter plain = new RowWriter();
        for (int result = 0; result < MANY / 2; result++) {
            ColumnDefinition[] columns = new ColumnDefinition[1 + random.nextInt(30)];
            for (int i = 0; i < columns.length; i++) {
                columns[i] = ColumnDefinition.of("c", types.get(random.nextInt(types.size())));
            }
            for (int row = 0; row < 5; row++) {
                List<Object> values = new ArrayList<>();
                for (ColumnDefinition column : columns) {
                    ColumnType type =
                            random.nextInt(9) == 0 ? alike(column.type(), binary, types, random) : column.type();
                    values.add(random.nextInt(6) == 0 ? null : value(type, random));
                }
                plain.beginPacket(expected, columns, binary);
                values.forEach(plain::addObject);
                assertThat(holding.addPacket(out, columns, binary, values, row)).isEqualTo(plain.endPacket(row));
                holding.flush();
                assertThat(ByteBufUtil.hexDump(out))
                        .as("result %d, row %d: %s", result, row, values)
                        .isEqualTo(ByteBufUtil.hexDump(expected));
                out.clear();
                expected.clear();
            }
        }
    }

    /** A type whose values can stand in a column of another one: what a column had so far tells nothing of what comes. */
    private static ColumnType alike(ColumnType column, boolean binary, List<ColumnType> types, Random random) {
        if (!binary) {
            return types.get(random.nextInt(types.size()));
        }
        return switch (column) {
            case LONGLONG -> ColumnType.SHORT;
            case FLOAT -> ColumnType.DOUBLE;
            case DATETIME -> ColumnType.DATE;
            case VAR_STRING, BLOB, NEWDECIMAL ->
                List.of(ColumnType.VAR_STRING, ColumnType.BLOB, ColumnType.NEWDECIMAL)
                        .get(random.nextInt(3));
            default -> column;
        };
    }

    private static Object value(ColumnType type, Random random) {
        LocalDateTime dateTime = LocalDateTime.of(2024, 2, 29, 0, 0)
                .plusSeconds(random.nextBoolean() ? 0 : random.nextInt())
                .plusNanos(random.nextBoolean() ? 0 : random.nextInt());
        return switch (type) {
            case LONGLONG -> random.nextLong() >> random.nextInt(64);
            case SHORT -> random.nextInt(-32_768, 32_768);
            case DOUBLE, FLOAT ->
                random.nextBoolean()
                        ? random.nextInt(100_000) / 100.0
                        : Double.longBitsToDouble(random.nextLong() >>> 2);
            case DATETIME -> dateTime;
            case DATE -> dateTime.toLocalDate();
            case TIME -> random.nextBoolean() ? dateTime.toLocalTime() : Duration.ofSeconds(random.nextInt());
            case NEWDECIMAL -> new BigDecimal(new BigInteger(random.nextInt(90), random).negate(), random.nextInt(25));
            case BLOB -> new byte[random.nextInt(8) == 0 ? random.nextInt(20_000) : random.nextInt(40)];
            default ->
                (random.nextBoolean() ? "x" : random.nextBoolean() ? "é" : "日")
                        .repeat(random.nextInt(8) == 0 ? random.nextInt(10_000) : random.nextInt(90));
        };
    }

    @Test
    void refusesARowOfMoreOrFewerValuesThanColumnsAndWritesNothingOfIt() {
        for (List<Object> values : List.of(List.<Object>of(1L), List.<Object>of(1L, "one", 2L))) {
            assertThatThrownBy(() -> holding.addPacket(out, COLUMNS, true, values, 0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a row of 2 columns");
        }
        holding.addPacket(out, COLUMNS, false, List.of(1L, "one"), 0);
        holding.flush();
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("06000000" + "0131036f6e65");
    }

    private static int add(RowWriter writer, ByteBuf to, boolean binary, Object number, Object text, int sequenceId) {
        return writer.beginPacket(to, COLUMNS, binary)
                .addObject(number)
                .addObject(text)
                .endPacket(sequenceId);
    }

    private ByteBuf payload(int nth) {
        int index = 0;
        for (int i = 0; i < nth; i++) {
            index += 4 + out.getUnsignedMediumLE(index);
        }
        return out.slice(index + 4, out.getUnsignedMediumLE(index));
    }
}
