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
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Single values at the borders of what a row, or the way in which it is written, has room for. */
class RowValuesTest {
    private static final int MAX_CHARS = 40;

    private final RowWriter writer = new RowWriter();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void printsDecimalsOfEveryNumberOfDigitsAndEveryScale(boolean binary) {
        for (int digits = 0; digits <= 20; digits++) {
            BigInteger power = BigInteger.TEN.pow(digits);
            for (BigInteger unscaled : List.of(
                    power, power.subtract(BigInteger.ONE), new BigInteger("1234567890123456789012").mod(power))) {
                for (int scale = 0; scale <= 20; scale++) {
                    for (BigDecimal value :
                            List.of(new BigDecimal(unscaled, scale), new BigDecimal(unscaled.negate(), scale))) {
                        String plain = value.toPlainString();
                        assertThat(written(ColumnType.NEWDECIMAL, binary, row -> row.addDecimal(value)))
                                .isEqualTo(prefix(binary) + value(plain.getBytes(StandardCharsets.US_ASCII)));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesACharacterOfAnyKindAnywhereInATextAsTheJdkDoes(boolean binary) {
        // Low bytes that look like ASCII, the first and last of each length in UTF-8, pairs, and halves of them.
        List<String> characters = List.of(
                "\u0000",
                "\u007f",
                "\u0080",
                "\u00e9",
                "\u00ff",
                "\u0100",
                "\u0141",
                "\u07ff",
                "\u0800",
                "\u2020",
                "\uff41",
                "\uffff",
                "\ud800\udc00",
                "\ud83d\ude00",
                "\udbff\udfff",
                "\ud800",
                "\udbff",
                "\udc00",
                "\udfff",
                "\udc00\ud800");
        for (int length = 0; length <= MAX_CHARS; length++) {
            for (String character : characters) {
                for (int at = 0; at <= length; at++) {
                    String text = "x".repeat(at) + character + "y".repeat(length - at);
                    assertThat(written(ColumnType.VAR_STRING, binary, row -> row.addText(text)))
                            .as("at %d of %d", at, length)
                            .isEqualTo(prefix(binary) + value(text.getBytes(StandardCharsets.UTF_8)));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void writesTextsAndBytesOfEveryLengthUpToAnotherFormOfTheLength(boolean binary) {
        for (int length = 0; length < 300; length++) {
            String text = "0123456789".repeat(30).substring(0, length);
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            String expected = prefix(binary) + value(bytes);
            assertThat(written(ColumnType.VAR_STRING, binary, row -> row.addText(text)))
                    .isEqualTo(expected);
            assertThat(written(ColumnType.VAR_STRING, binary, row -> row.addText(CharBuffer.wrap(text))))
                    .isEqualTo(expected);
            assertThat(written(ColumnType.BLOB, binary, row -> row.addBytes(bytes)))
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ColumnType.class,
            names = {"TINY", "SHORT", "INT24", "LONG", "LONGLONG", "YEAR"})
    void holdsOfIntegersExactlyThoseThatFit(ColumnType type) {
        int bits = 8 * type.fixedBytes();
        BigInteger two = BigInteger.ONE.shiftLeft(bits);
        BigInteger half = BigInteger.ONE.shiftLeft(bits - 1);
        for (boolean unsigned : new boolean[] {false, true}) {
            ColumnDefinition column = integer(type, unsigned);
            BigInteger least = unsigned ? BigInteger.ZERO : half.negate();
            BigInteger greatest = (unsigned ? two : half).subtract(BigInteger.ONE);
            for (BigInteger border :
                    List.of(least, greatest, BigInteger.ZERO, half, two, half.negate(), two.negate())) {
                for (int step = -1; step <= 1; step++) {
                    BigInteger number = border.add(BigInteger.valueOf(step));
                    boolean fits = number.compareTo(least) >= 0 && number.compareTo(greatest) <= 0;
                    if (number.bitLength() < Long.SIZE) {
                        verify(column, number, fits, row -> row.addLong(number.longValue()));
                    }
                    if (number.signum() >= 0 && number.bitLength() <= Long.SIZE) {
                        verify(column, number, fits, row -> row.addUnsignedLong(number.longValue()));
                    }
                }
            }
        }
    }

    private void verify(ColumnDefinition column, BigInteger number, boolean fits, UnaryOperator<RowWriter> value) {
        if (fits) {
            ByteBuf row = Unpooled.buffer();
            value.apply(writer.begin(row, new ColumnDefinition[] {column}, true))
                    .end();
            assertThat(row.readableBytes()).isEqualTo(2 + column.type().fixedBytes());
            for (int i = 0; i < column.type().fixedBytes(); i++) {
                assertThat(row.getByte(2 + i))
                        .isEqualTo(number.shiftRight(8 * i).byteValue());
            }
        } else {
            assertThatThrownBy(
                            () -> value.apply(writer.begin(Unpooled.buffer(), new ColumnDefinition[] {column}, true)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the integer");
        }
    }

    private static ColumnDefinition integer(ColumnType type, boolean unsigned) {
        int flags = unsigned ? ColumnDefinition.UNSIGNED_FLAG : 0;
        return new ColumnDefinition(
                "", "", "", "a", "", ColumnDefinition.BINARY_COLLATION, 20, type, flags, 0, null, null);
    }

    @Test
    void leavesOutOfABinaryDateWhatTellsNothing() {
        // As in "Binary Protocol Value" of the servers' documentation.
        assertThat(dateTime("2010-10-17T19:27:30.000001")).isEqualTo("0bda070a11131b1e01000000");
        assertThat(dateTime("2010-10-17T19:27:30")).isEqualTo("07da070a11131b1e");
        assertThat(dateTime("2010-10-17T00:00:00")).isEqualTo("04da070a11");
        assertThat(dateTime("9999-12-31T23:59:59.999999")).isEqualTo("0b0f270c1f173b3b3f420f00");
        assertThat(written(ColumnType.DATETIME, true, row -> row.addTemporal(new Temporal())))
                .isEqualTo(prefix(true) + "00");
        assertThat(written(
                        ColumnType.DATETIME,
                        true,
                        row -> row.addTemporal(new Temporal().setDateTime(0, 0, 0, 0, 0, 0, 1))))
                .isEqualTo(prefix(true) + "0b0000000000000001000000");
    }

    private String dateTime(String iso) {
        return written(ColumnType.DATETIME, true, row -> row.addObject(LocalDateTime.parse(iso)))
                .substring(prefix(true).length());
    }

    @Test
    void takesObjectsAsTheMethodsOfTheirTypesDo() {
        var dateTime = LocalDateTime.of(2024, 2, 29, 23, 59, 58);
        verifyObject(ColumnType.LONGLONG, -5L, row -> row.addLong(-5));
        verifyObject(ColumnType.LONG, 7, row -> row.addLong(7));
        verifyObject(ColumnType.DOUBLE, 1.5, row -> row.addDouble(1.5));
        verifyObject(ColumnType.NEWDECIMAL, new BigDecimal("1.50"), row -> row.addDecimal(new BigDecimal("1.50")));
        verifyObject(ColumnType.VAR_STRING, "text", row -> row.addText("text"));
        verifyObject(ColumnType.VAR_STRING, CharBuffer.wrap("text"), row -> row.addText("text"));
        verifyObject(ColumnType.BLOB, new byte[] {0, -1}, row -> row.addBytes(new byte[] {0, -1}));
        verifyObject(ColumnType.BLOB, null, RowWriter::addNull);
        verifyObject(ColumnType.DATETIME, dateTime, row -> row.addTemporal(new Temporal().set(dateTime)));
        LocalDate date = dateTime.toLocalDate();
        verifyObject(ColumnType.DATE, date, row -> row.addTemporal(new Temporal().set(date)));
        LocalTime time = dateTime.toLocalTime();
        verifyObject(ColumnType.TIME, time, row -> row.addTemporal(new Temporal().set(time)));
        Duration past = Duration.ofHours(-838);
        verifyObject(ColumnType.TIME, past, row -> row.addTemporal(new Temporal().set(past)));
    }

    private void verifyObject(ColumnType type, Object value, UnaryOperator<RowWriter> typed) {
        for (boolean binary : new boolean[] {false, true}) {
            String expected = written(type, binary, typed);
            assertThat(written(type, binary, row -> row.addObject(value))).isEqualTo(expected);
            ByteBuf packet = Unpooled.buffer();
            ColumnDefinition[] columns = {ColumnDefinition.of("a", type)};
            assertThat(writer.addPacket(packet, columns, binary, Collections.singletonList(value), 3))
                    .isEqualTo(4);
            assertThat(ByteBufUtil.hexDump(packet, 4, packet.readableBytes() - 4))
                    .isEqualTo(expected);
        }
    }

    private String written(ColumnType type, boolean binary, UnaryOperator<RowWriter> value) {
        ByteBuf out = Unpooled.buffer();
        value.apply(writer.begin(out, new ColumnDefinition[] {ColumnDefinition.of("a", type)}, binary))
                .end();
        return ByteBufUtil.hexDump(out);
    }

    private static String prefix(boolean binary) {
        return binary ? "0000" : "";
    }

    /** Behind its length. */
    private static String value(byte[] bytes) {
        String length = bytes.length < 251
                ? String.format("%02x", bytes.length)
                : String.format("fc%02x%02x", bytes.length & 0xFF, bytes.length >> 8);
        return length + ByteBufUtil.hexDump(bytes);
    }
}
