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
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowWriterTest {
    private static final ColumnDefinition[] ONE_NUMBER = {ColumnDefinition.of("a", ColumnType.LONGLONG)};
    private static final ColumnDefinition[] ONE_REAL = {ColumnDefinition.of("a", ColumnType.DOUBLE)};

    private final RowWriter writer = new RowWriter();
    private final RowReader reader = new RowReader();

    @Test
    void printsIntegersOfEveryLengthAsTheJdkDoes() {
        Random random = new Random(11);
        for (int bits = 0; bits < 64; bits++) {
            for (int i = 0; i < 200; i++) {
                long value = bits == 0 ? i : random.nextLong() >>> (64 - bits);
                assertThat(printed(value)).isEqualTo(Long.toString(value));
                assertThat(printed(-value)).isEqualTo(Long.toString(-value));
                assertThat(printedUnsigned(-value)).isEqualTo(Long.toUnsignedString(-value));
            }
        }
        long power = 1;
        for (int digits = 1; digits < 19; digits++) {
            power *= 10;
            assertThat(printed(power)).isEqualTo(Long.toString(power));
            assertThat(printed(power - 1)).isEqualTo(Long.toString(power - 1));
        }
        assertThat(printed(Long.MIN_VALUE)).isEqualTo("-9223372036854775808");
        assertThat(printed(Long.MAX_VALUE)).isEqualTo("9223372036854775807");
        assertThat(printedUnsigned(-1)).isEqualTo("18446744073709551615");
    }

    @Test
    void printsDecimalsOfUpToFifteenDigitsAsTheyAre() {
        Random random = new Random(12);
        for (int i = 0; i < 50_000; i++) {
            long digits = random.nextLong(1, (long) Math.pow(10, 1 + random.nextInt(15)));
            // Below 1e-5 another way is gone, which has its own tests.
            BigDecimal decimal = BigDecimal.valueOf(digits, random.nextInt(15));
            if (decimal.compareTo(new BigDecimal("0.00001")) < 0) {
                continue;
            }
            String expected = decimal.stripTrailingZeros().toPlainString();
            assertThat(printed(decimal.doubleValue())).isEqualTo(expected);
            assertThat(printed(-decimal.doubleValue())).isEqualTo('-' + expected);
        }
        for (int bits = 0; bits < 12; bits++) {
            for (int i = 1; i < 5000; i++) {
                BigDecimal exact = new BigDecimal(Math.scalb((double) i, -bits));
                if (exact.precision() <= 15) {
                    assertThat(printed(exact.doubleValue()))
                            .isEqualTo(exact.stripTrailingZeros().toPlainString());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void printsDecimalsWithAllDigitsOfTheirScaleAndNoExponent(boolean binary) {
        long seed = new SecureRandom().nextLong();
        Random random = new Random(seed);
        ColumnDefinition[] columns = {ColumnDefinition.of("a", ColumnType.NEWDECIMAL)};
        for (int i = 0; i < 20_000; i++) {
            BigInteger digits = new BigInteger(random.nextInt(100), random);
            BigDecimal value = new BigDecimal(random.nextBoolean() ? digits : digits.negate(), random.nextInt(-6, 35));
            assertThat(printed(value, columns, binary)).as("seed %d", seed).isEqualTo(value.toPlainString());
        }
        for (String edge : List.of(
                "0",
                "0.00",
                "-0.01",
                "0.00000001",
                "0.000000001",
                "999999999999999999",
                "0.999999999999999999",
                "-123456789.987654321",
                "1000000000000000000",
                "9223372036854775807",
                "-9223372036854775808",
                "1E+3")) {
            BigDecimal value = new BigDecimal(edge);
            assertThat(printed(value, columns, binary)).isEqualTo(value.toPlainString());
        }
    }

    @Test
    void refusesADecimalWhereABinaryRowHasNoText() {
        writer.begin(Unpooled.buffer(), ONE_REAL, true);
        assertThatThrownBy(() -> writer.addDecimal(BigDecimal.ONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a decimal does not fit");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesTextOfEveryKindAndLengthAndNullsBetween(boolean binary) {
        List<String> texts = List.of(
                "",
                "plain",
                "café",
                "\u007f\u0080",
                "日本語",
                "\u0141ow byte like ASCII",
                "😀",
                "x".repeat(250),
                "x".repeat(251),
                "é".repeat(83),
                "é".repeat(84),
                "x".repeat(8192),
                "x".repeat(8193),
                "日".repeat(70_000),
                "x".repeat(70_000));
        ColumnDefinition[] columns = new ColumnDefinition[2 * texts.size() + 1];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = ColumnDefinition.of("c", i == 0 ? ColumnType.LONG : ColumnType.VAR_STRING);
        }
        for (ByteBuf out : List.of(Unpooled.buffer(), Unpooled.directBuffer())) {
            out.writeZero(3);
            writer.beginPacket(out, columns, binary).addLong(42);
            for (int i = 0; i < texts.size(); i++) {
                writer.addNull();
                String text = texts.get(i);
                switch (i % 3) {
                    case 0 -> writer.addText(text);
                    case 1 -> writer.addText(CharBuffer.wrap(text));
                    default -> writer.addBytes(text.getBytes(StandardCharsets.UTF_8));
                }
            }
            assertThat(writer.endPacket(255)).isZero();
            out.skipBytes(3);
            assertThat(out.readUnsignedMediumLE()).isEqualTo(out.readableBytes() - 1);
            assertThat(out.readUnsignedByte()).isEqualTo((short) 255);
            if (binary) {
                reader.wrapBinary(out, columns);
            } else {
                reader.wrapText(out, columns);
            }
            assertThat(reader.getLong(0)).isEqualTo(42);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(reader.isNull(2 * i + 1)).isTrue();
                assertThat(reader.getText(2 * i + 2)).isEqualTo(texts.get(i));
            }
            out.release();
        }
    }

    @Test
    void cutsARowOfSixteenMegabytesIntoPackets() {
        ColumnDefinition[] columns = {ColumnDefinition.of("a", ColumnType.LONG_BLOB)};
        ByteBuf out = Unpooled.buffer();
        writer.beginPacket(out, columns, false).addBytes(new byte[0xFF_FFFF - 4]);
        assertThat(writer.endPacket(7)).isEqualTo(9);
        assertThat(out.getUnsignedMediumLE(0)).isEqualTo(0xFF_FFFF);
        assertThat(ByteBufUtil.hexDump(out, out.writerIndex() - 4, 4)).isEqualTo("00000008");
    }

    @Test
    void endsAsItBegan() {
        ByteBuf out = Unpooled.buffer();
        writer.begin(out, ONE_NUMBER, false).addLong(1);
        assertThatThrownBy(() -> writer.endPacket(0)).isInstanceOf(IllegalStateException.class);
        writer.beginPacket(out, ONE_NUMBER, false).addLong(1);
        assertThatThrownBy(writer::end).isInstanceOf(IllegalStateException.class);
        writer.beginPacket(out, ONE_NUMBER, false);
        assertThatThrownBy(() -> writer.endPacket(0)).isInstanceOf(IllegalStateException.class);
    }

    private String printed(long value) {
        ByteBuf out = Unpooled.buffer();
        writer.begin(out, ONE_NUMBER, false).addLong(value).end();
        return reader.wrapText(out, ONE_NUMBER).getText(0);
    }

    private String printed(BigDecimal value, ColumnDefinition[] columns, boolean binary) {
        ByteBuf out = Unpooled.buffer();
        writer.begin(out, columns, binary).addDecimal(value).end();
        return (binary ? reader.wrapBinary(out, columns) : reader.wrapText(out, columns)).getText(0);
    }

    private String printedUnsigned(long value) {
        ByteBuf out = Unpooled.buffer();
        writer.begin(out, ONE_NUMBER, false).addUnsignedLong(value).end();
        return reader.wrapText(out, ONE_NUMBER).getText(0);
    }

    private String printed(double value) {
        ByteBuf out = Unpooled.buffer();
        writer.begin(out, ONE_REAL, false).addDouble(value).end();
        return reader.wrapText(out, ONE_REAL).getText(0);
    }
}
