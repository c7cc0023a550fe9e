// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.value.RealText;
import com.workersql.protocol.wire.Bytes;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** A value of a row. Immutable. */
public sealed interface ColumnValue {
    /** SQL's NULL. */
    ColumnValue NULL = new Null();

    /** The row event does not have this column: {@code binlog_row_image} is not FULL. */
    ColumnValue ABSENT = new Absent();

    /**
     * The text that the server gives for the value in a text row, with times in UTC; bytes as ISO-8859-1.
     *
     * @throws IllegalStateException for {@link Null}, {@link Absent} and {@link JsonDiffs}, which have none
     */
    String text();

    /** SQL's NULL. */
    record Null() implements ColumnValue {
        @Override
        public String text() {
            throw new IllegalStateException("NULL has no text");
        }
    }

    /** Not in the row event. */
    record Absent() implements ColumnValue {
        @Override
        public String text() {
            throw new IllegalStateException("the column is not in the row event");
        }
    }

    /**
     * TINYINT to BIGINT.
     *
     * @param bits the number; of an unsigned BIGINT the same bits
     * @param isUnsigned how to read them
     */
    record Int(long bits, boolean isUnsigned) implements ColumnValue {
        @Override
        public String text() {
            return isUnsigned ? Long.toUnsignedString(bits) : Long.toString(bits);
        }
    }

    /**
     * FLOAT.
     *
     * @param value finite
     */
    record Single(float value) implements ColumnValue {
        @Override
        public String text() {
            return RealText.of(value);
        }
    }

    /**
     * DOUBLE.
     *
     * @param value finite
     */
    record Real(double value) implements ColumnValue {
        @Override
        public String text() {
            return RealText.of(value);
        }
    }

    /**
     * DECIMAL.
     *
     * @param value with the scale of the column
     */
    record Decimal(BigDecimal value) implements ColumnValue {
        @Override
        public String text() {
            return value.toPlainString();
        }
    }

    /**
     * CHAR, VARCHAR, BINARY, VARBINARY, TEXT and BLOB; GEOMETRY (SRID and WKB); VECTOR (four bytes, little endian, for each
     * element).
     *
     * <p>MariaDB's UUID, INET4 and INET6 look as BINARY of 16 or 4 bytes.
     *
     * @param bytes as the column has them
     * @param charset of the column; ISO-8859-1 for bytes
     */
    record Text(Bytes bytes, Charset charset) implements ColumnValue {
        @Override
        public String text() {
            return new String(bytes.toArray(), charset);
        }
    }

    /**
     * BIT.
     *
     * @param bits the value, unsigned
     * @param bytes how many bytes the server gives for it, 1 to 8
     */
    record Bit(long bits, int bytes) implements ColumnValue {
        @Override
        public String text() {
            byte[] content = new byte[bytes];
            for (int i = 0; i < bytes; i++) {
                content[i] = (byte) (bits >>> (8 * (bytes - 1 - i)));
            }
            return new String(content, StandardCharsets.ISO_8859_1);
        }
    }

    /**
     * ENUM.
     *
     * @param number 0 for the empty value of an error, 1 for the first label
     * @param label empty when the server does not tell labels
     */
    record Enumerated(int number, String label) implements ColumnValue {
        @Override
        public String text() {
            return label;
        }
    }

    /**
     * SET.
     *
     * @param bits the lowest for the first label
     * @param labels those that are in it; empty when the server does not tell labels
     */
    record SetOf(long bits, List<String> labels) implements ColumnValue {
        public SetOf {
            labels = List.copyOf(labels);
        }

        @Override
        public String text() {
            return String.join(",", labels);
        }
    }

    /**
     * YEAR.
     *
     * @param year 0, or 1901 to 2155
     */
    record Year(int year) implements ColumnValue {
        @Override
        public String text() {
            return String.format(Locale.ROOT, "%04d", year);
        }
    }

    /**
     * DATE. Zeros are valid, and so is the 30th of February in some modes: it is not a {@code LocalDate}.
     *
     * @param year 0 to 9999
     * @param month 0 to 12
     * @param day 0 to 31
     */
    record Date(int year, int month, int day) implements ColumnValue {
        @Override
        public String text() {
            return String.format(Locale.ROOT, "%04d-%02d-%02d", year, month, day);
        }
    }

    /**
     * DATETIME: a wall clock's time without a zone.
     *
     * @param date its date
     * @param hour 0 to 23
     * @param minute 0 to 59
     * @param second 0 to 59
     * @param micros 0 to 999999
     * @param digits of the fraction that the column has, 0 to 6
     */
    record DateTime(Date date, int hour, int minute, int second, int micros, int digits) implements ColumnValue {
        @Override
        public String text() {
            return date.text()
                    + String.format(Locale.ROOT, " %02d:%02d:%02d", hour, minute, second)
                    + TemporalValues.fraction(micros, digits);
        }
    }

    /**
     * TIMESTAMP: a moment.
     *
     * @param seconds since 1970, unsigned 32 bits; 0 with no micros is the zero timestamp
     * @param micros 0 to 999999
     * @param digits of the fraction that the column has, 0 to 6
     */
    record Timestamp(long seconds, int micros, int digits) implements ColumnValue {
        @Override
        public String text() {
            return TemporalValues.timestampText(seconds) + TemporalValues.fraction(micros, digits);
        }
    }

    /**
     * TIME: a duration of up to 838 hours.
     *
     * @param isNegative whether all of it is negative
     * @param hours 0 to 838
     * @param minutes 0 to 59
     * @param seconds 0 to 59
     * @param micros 0 to 999999
     * @param digits of the fraction that the column has, 0 to 6
     */
    record Time(boolean isNegative, int hours, int minutes, int seconds, int micros, int digits)
            implements ColumnValue {
        @Override
        public String text() {
            return (isNegative ? "-" : "")
                    + String.format(Locale.ROOT, "%02d:%02d:%02d", hours, minutes, seconds)
                    + TemporalValues.fraction(micros, digits);
        }
    }

    /**
     * JSON of MySQL.
     *
     * @param text as the server prints it
     */
    record Json(String text) implements ColumnValue {}

    /**
     * What an update changed in a JSON column, MySQL with {@code binlog_row_value_options=PARTIAL_JSON}.
     *
     * @param diffs to be done in their order
     */
    record JsonDiffs(List<JsonDiff> diffs) implements ColumnValue {
        public JsonDiffs {
            diffs = List.copyOf(diffs);
        }

        @Override
        public String text() {
            throw new IllegalStateException("a difference has no text without the value that it changes");
        }
    }
}
