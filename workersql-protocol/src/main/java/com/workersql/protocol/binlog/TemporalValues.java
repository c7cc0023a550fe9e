// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.binlog.ColumnValue.Date;
import com.workersql.protocol.binlog.ColumnValue.DateTime;
import com.workersql.protocol.binlog.ColumnValue.Time;
import com.workersql.protocol.binlog.ColumnValue.Timestamp;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Locale;

/**
 * Dates and times as rows have them.
 *
 * <p>Since 5.6 they are big endian, so that they sort as bytes: DATETIME is year times 13 plus month (17 bits), day (5), hour (5),
 * minute (6), second (6), plus 2^39; TIME is hours (10 bits), minutes (6), seconds (6) plus 2^23, and a negative one is the negated
 * number as a whole, fraction included. A fraction takes one byte for each two digits. Source: dev.mysql.com "Date and Time Data
 * Type Representation".
 */
final class TemporalValues {
    private static final long DATETIME_OFFSET = 0x80_0000_0000L;
    private static final long TIME_OFFSET = 0x80_0000L;
    private static final int FRACTION_BITS = 24;

    private TemporalValues() {}

    static Date readDate(ByteBuf in) {
        ProtocolStrings.require(in, 3);
        int bits = in.readUnsignedMediumLE();
        return new Date(bits >> 9, (bits >> 5) & 15, bits & 31);
    }

    static DateTime readDateTime(ByteBuf in, int digits) {
        ProtocolStrings.require(in, 5 + fractionBytes(digits));
        long bits = ((in.readUnsignedInt() << 8) | in.readUnsignedByte()) - DATETIME_OFFSET;
        return dateTime(bits, readFraction(in, digits), digits);
    }

    /** From the parts of a DATETIME as one number, without its fraction. */
    static DateTime dateTime(long bits, int micros, int digits) {
        if (bits < 0) {
            throw ProtocolException.malformed("a negative DATETIME");
        }
        int yearAndMonth = (int) (bits >> 22);
        return new DateTime(
                new Date(yearAndMonth / 13, yearAndMonth % 13, (int) (bits >> 17) & 31),
                (int) (bits >> 12) & 31,
                (int) (bits >> 6) & 63,
                (int) bits & 63,
                micros,
                digits);
    }

    static Time readTime(ByteBuf in, int digits) {
        int bytes = fractionBytes(digits);
        ProtocolStrings.require(in, 3 + bytes);
        long whole = in.readUnsignedMedium();
        long fraction = 0;
        for (int i = 0; i < bytes; i++) {
            fraction = (fraction << 8) | in.readUnsignedByte();
        }
        long packed = ((whole - TIME_OFFSET) << (8 * bytes)) + fraction;
        long magnitude = Math.abs(packed);
        int micros = toMicros(magnitude & ((1L << (8 * bytes)) - 1), bytes);
        return time(packed < 0, magnitude >> (8 * bytes), micros, digits);
    }

    /** From the parts of a TIME as one number, without its sign and fraction. */
    static Time time(boolean negative, long bits, int micros, int digits) {
        return new Time(negative, (int) (bits >> 12) & 1023, (int) (bits >> 6) & 63, (int) bits & 63, micros, digits);
    }

    static Timestamp readTimestamp(ByteBuf in, int digits) {
        ProtocolStrings.require(in, 4 + fractionBytes(digits));
        return new Timestamp(in.readUnsignedInt(), readFraction(in, digits), digits);
    }

    /** TIME up to 5.5: the digits of {@code hhmmss} as a number. */
    static Time readLegacyTime(ByteBuf in) {
        ProtocolStrings.require(in, 3);
        int number = in.readMediumLE();
        int magnitude = Math.abs(number);
        return new Time(number < 0, magnitude / 10_000, magnitude / 100 % 100, magnitude % 100, 0, 0);
    }

    /** DATETIME up to 5.5: the digits of {@code YYYYMMDDhhmmss} as a number. */
    static DateTime readLegacyDateTime(ByteBuf in) {
        ProtocolStrings.require(in, 8);
        long number = in.readLongLE();
        if (number < 0 || number > 99_999_999_999_999L) {
            throw ProtocolException.malformed("a DATETIME of " + number);
        }
        int date = (int) (number / 1_000_000);
        int clock = (int) (number % 1_000_000);
        return new DateTime(
                new Date(date / 10_000, date / 100 % 100, date % 100),
                clock / 10_000,
                clock / 100 % 100,
                clock % 100,
                0,
                0);
    }

    private static int fractionBytes(int digits) {
        if (digits > 6) {
            throw ProtocolException.malformed("a time with " + digits + " digits in its fraction");
        }
        return (digits + 1) / 2;
    }

    private static int readFraction(ByteBuf in, int digits) {
        int bytes = fractionBytes(digits);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = (value << 8) | in.readUnsignedByte();
        }
        return toMicros(value, bytes);
    }

    private static int toMicros(long fraction, int bytes) {
        long micros = switch (bytes) {
            case 0 -> 0;
            case 1 -> fraction * 10_000;
            case 2 -> fraction * 100;
            default -> fraction;
        };
        if (micros > 999_999) {
            throw ProtocolException.malformed("a fraction of " + micros + " microseconds");
        }
        return (int) micros;
    }

    static int micros(long packed) {
        return toMicros(packed & ((1L << FRACTION_BITS) - 1), 3);
    }

    static String fraction(int micros, int digits) {
        return digits == 0
                ? ""
                : "." + String.format(Locale.ROOT, "%06d", micros).substring(0, digits);
    }

    static String timestampText(long seconds) {
        if (seconds == 0) {
            return "0000-00-00 00:00:00";
        }
        LocalDateTime time = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
        return String.format(
                Locale.ROOT,
                "%04d-%02d-%02d %02d:%02d:%02d",
                time.getYear(),
                time.getMonthValue(),
                time.getDayOfMonth(),
                time.getHour(),
                time.getMinute(),
                time.getSecond());
    }
}
