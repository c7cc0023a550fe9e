// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dates and times of both forms; the numbers are those of the project's list of other codecs' failures. */
class TemporalTest {
    private final Temporal temporal = new Temporal();

    @ParameterizedTest
    @CsvSource({
        "DATETIME, 0000-00-00 00:00:00, 00",
        "DATE, 0000-00-00, 00",
        "DATE, 2024-02-29, 04e807021d",
        "DATETIME, 2024-02-29 00:00:00, 04e807021d",
        "DATETIME, 2024-00-15 00:00:00, 04e807000f",
        "TIMESTAMP, 2024-02-29 01:02:03, 07e807021d010203",
        "DATETIME, 2024-02-29 01:02:03.5, 0be807021d01020320a10700",
        "DATETIME, 2024-02-29 00:00:00.000001, 0be807021d00000001000000",
    })
    void t38ZeroDatesAndPartsOfDatesAreTheSameInBothForms(ColumnType type, String text, String binary) {
        assertThat(toBinary(type, text)).isEqualTo(binary);
        assertThat(toText(type, binary)).isEqualTo(text);
    }

    @Test
    void t38AZeroDateWrittenInFullIsReadToo() {
        for (String binary : new String[] {"00", "0400000000", "0700000000000000", "0b0000000000000000000000"}) {
            RowReader row = binaryRow(ColumnType.DATETIME, binary);
            row.getTemporal(0, temporal);
            assertThat(temporal.hasZeroInDate()).isTrue();
            assertThat(temporal.toString()).isEqualTo("0000-00-00 00:00:00.000000");
            assertThat(row.getText(0)).isEqualTo("0000-00-00 00:00:00");
            assertThatThrownBy(temporal::toLocalDateTime).isInstanceOf(ProtocolException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "00:00:00, 00, 0",
        "12:34:56, 080000000000" + "0c2238, 45296000000",
        "-25:02:03, 080101000000010203, -90123000000",
        "838:59:59, 080022000000163b3b, 3020399000000",
        "-838:59:59.999999, 0c0122000000163b3b3f420f00, -3020399999999",
        "00:00:00.000001, 0c00000000000000000" + "1000000, 1",
        "-00:00:00.500000, 0c0100000000000000" + "20a10700, -500000",
    })
    void t39TimesHaveASignDaysAndFourBytesOfMicroseconds(String text, String binary, long micros) {
        assertThat(toBinary(ColumnType.TIME, text)).isEqualTo(binary);
        assertThat(toText(ColumnType.TIME, binary)).isEqualTo(text.replaceAll("\\.500000$", ".5"));
        assertThat(binaryRow(ColumnType.TIME, binary).getTimeMicros(0)).isEqualTo(micros);
        assertThat(textRow(ColumnType.TIME, text).getTimeMicros(0)).isEqualTo(micros);
    }

    @Test
    void t39ATimeOfNoBytesTakesNothingOfWhatFollows() {
        ColumnDefinition[] columns = {
            ColumnDefinition.of("t", ColumnType.TIME), ColumnDefinition.of("n", ColumnType.TINY)
        };
        RowReader row = new RowReader().wrapBinary(hex("0000" + "00" + "2a"), columns);
        assertThat(row.getTimeMicros(0)).isZero();
        assertThat(row.getLong(1)).isEqualTo(42);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0c000000000000000040420f00", "0c0000000000000000ffffffff"})
    void t39MoreThanAMillionMicrosecondsAreRefused(String binary) {
        assertThatThrownBy(() -> binaryRow(ColumnType.TIME, binary)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void givesWhatTheCalendarKnows() {
        textRow(ColumnType.DATETIME, "2024-02-29 23:59:59.123").getTemporal(0, temporal);
        assertThat(temporal.toLocalDateTime()).isEqualTo(LocalDateTime.of(2024, 2, 29, 23, 59, 59, 123_000_000));
        textRow(ColumnType.DATE, "2023-02-29").getTemporal(0, temporal);
        assertThatThrownBy(temporal::toLocalDate).isInstanceOf(ProtocolException.class);
        textRow(ColumnType.VAR_STRING, "2024-02-29").getTemporal(0, temporal);
        assertThat(temporal.day()).isEqualTo(29);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "2024",
                "2024-",
                "2024-1-1-1",
                "2024-13-01",
                "2024-01-32",
                "2024-01-01 24:00:00",
                "12:60:00",
                "12:00",
                "12:00:00.",
                "12:00:00.1234567",
                "12:00:00x",
                "--12:00:00",
                "12345678:00:00",
                "20240-01-01"
            })
    void refusesTextThatIsNoDateAndNoTime(String text) {
        RowReader row = textRow(ColumnType.VAR_STRING, text);
        assertThatThrownBy(() -> row.getTemporal(0, temporal)).isInstanceOf(ProtocolException.class);
    }

    @Test
    void writesATemporalByTheColumnsDecimals() {
        ColumnDefinition[] columns = {column(ColumnType.DATETIME, 3), column(ColumnType.TIME, 0)};
        ByteBuf out = Unpooled.buffer();
        RowWriter writer = new RowWriter().begin(out, columns, false);
        writer.addTemporal(temporal.setDateTime(2024, 2, 29, 1, 2, 3, 456_789));
        writer.addTemporal(temporal.setTime(true, 100, 0, 1, 999_999)).end();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("\u00172024-02-29 01:02:03.456\n-100:00:01");
    }

    /** What no calendar has is printed with all its digits, and takes nothing of its neighbours. */
    @Test
    void printsFieldsOfMoreDigitsThanTheirPlaceHas() {
        assertThat(temporal.setDateTime(12_345, 0, 0, 0, 0, 0, 0)).hasToString("12345-00-00 00:00:00.000000");
        assertThat(temporal.setDateTime(1, 123, 2, 3, 4, 5, 6)).hasToString("0001-123-02 03:04:05.000006");
        assertThat(temporal.setDateTime(1, 2, 234, 3, 4, 5, 6)).hasToString("0001-02-234 03:04:05.000006");
        assertThat(temporal.setTime(true, 123_456, 7, 8, 9)).hasToString("-123456:07:08.000009");
        assertThat(temporal.setTime(false, 1, 255, 2, 0)).hasToString("01:255:02.000000");
        assertThat(temporal.setTime(false, 1, 2, 255, 0)).hasToString("01:02:255.000000");
    }

    @Test
    void takesDatesAndTimesOfTheJdk() {
        LocalDateTime time = LocalDateTime.of(2024, 2, 29, 23, 59, 59, 123_456_999);
        assertThat(temporal.set(time)).hasToString("2024-02-29 23:59:59.123456");
        assertThat(temporal.set(time.toLocalDate())).hasToString("2024-02-29 00:00:00.000000");
        assertThat(temporal.set(time.toLocalTime())).hasToString("23:59:59.123456");
        assertThat(temporal.set(Duration.ofHours(100).plusNanos(1000))).hasToString("100:00:00.000001");
        assertThat(temporal.set(Duration.ofMillis(-1500))).hasToString("-00:00:01.500000");
    }

    private String toBinary(ColumnType type, String text) {
        ByteBuf out = Unpooled.buffer();
        ColumnDefinition[] columns = {column(type, 31)};
        new RowWriter()
                .begin(out, columns, true)
                .addValue(textRow(type, text), 0)
                .end();
        return ByteBufUtil.hexDump(out.skipBytes(2));
    }

    private String toText(ColumnType type, String binary) {
        String text = binaryRow(type, binary).getText(0);
        return text.contains(".") ? text.replaceAll("0+$", "") : text;
    }

    private static RowReader textRow(ColumnType type, String text) {
        ByteBuf row = Unpooled.buffer();
        row.writeByte(text.length()).writeCharSequence(text, StandardCharsets.US_ASCII);
        return new RowReader().wrapText(row, new ColumnDefinition[] {column(type, 31)});
    }

    private static RowReader binaryRow(ColumnType type, String binary) {
        return new RowReader().wrapBinary(hex("0000" + binary), new ColumnDefinition[] {column(type, 31)});
    }

    private static ColumnDefinition column(ColumnType type, int decimals) {
        return new ColumnDefinition("", "", "", "c", "", 63, 26, type, 0, decimals, null, null);
    }

    private static ByteBuf hex(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
    }
}
