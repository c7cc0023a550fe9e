// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.ColumnType.BinaryForm;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;

/**
 * A date, a date with time, or a time, as {@link ValueReader#getTemporal} reads it: fields that are filled again for each value,
 * so that reading allocates nothing. Also what MySQL has and {@code java.time} has not: dates that are zero as a whole or in part,
 * and times that are negative or have more than 24 hours.
 *
 * <p>Fields that a value has not are 0. Not for several threads.
 */
public final class Temporal {
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final int NANOS_PER_MICRO = 1000;

    private boolean time;
    private boolean negative;
    private int year;
    private int month;
    private int day;
    private long hour;
    private int minute;
    private int second;
    private int micros;

    /** A date that is zero. */
    public Temporal() {}

    /** Sets a date with time. The fields are not checked against a calendar, since MySQL's are not either. */
    public Temporal setDateTime(
            int newYear, int newMonth, int newDay, int newHour, int newMinute, int newSecond, int newMicros) {
        time = false;
        negative = false;
        year = newYear;
        month = newMonth;
        day = newDay;
        return setClock(newHour, newMinute, newSecond, newMicros);
    }

    /** Sets a time; its hours may be more than 24. */
    public Temporal setTime(boolean isNegative, long hours, int newMinute, int newSecond, int newMicros) {
        time = true;
        negative = isNegative;
        year = 0;
        month = 0;
        day = 0;
        return setClock(hours, newMinute, newSecond, newMicros);
    }

    /** Sets a date. */
    public Temporal set(LocalDate value) {
        return setDateTime(value.getYear(), value.getMonthValue(), value.getDayOfMonth(), 0, 0, 0, 0);
    }

    /** Sets a time; what is below a microsecond is left out. */
    public Temporal set(LocalTime value) {
        return setTime(false, value.getHour(), value.getMinute(), value.getSecond(), value.getNano() / NANOS_PER_MICRO);
    }

    /** Sets a time, which may be negative and have any number of hours; what is below a microsecond is left out. */
    public Temporal set(Duration value) {
        Duration magnitude = value.abs();
        return setTime(
                value.isNegative(),
                magnitude.toHours(),
                magnitude.toMinutesPart(),
                magnitude.toSecondsPart(),
                magnitude.toNanosPart() / NANOS_PER_MICRO);
    }

    /** Sets a date with time; what is below a microsecond is left out. */
    public Temporal set(LocalDateTime value) {
        return setDateTime(
                value.getYear(),
                value.getMonthValue(),
                value.getDayOfMonth(),
                value.getHour(),
                value.getMinute(),
                value.getSecond(),
                value.getNano() / NANOS_PER_MICRO);
    }

    /** Sets what an object says, or nothing where it is no LocalDate, LocalTime or Duration. */
    boolean isSet(Object value) {
        if (value instanceof LocalDate date) {
            set(date);
        } else if (value instanceof LocalTime clock) {
            set(clock);
        } else if (value instanceof Duration duration) {
            set(duration);
        } else {
            return false;
        }
        return true;
    }

    Temporal setClock(long newHour, int newMinute, int newSecond, int newMicros) {
        hour = newHour;
        minute = newMinute;
        second = newSecond;
        micros = newMicros;
        return this;
    }

    /** True for a time, false for a date with or without time. */
    public boolean isTime() {
        return time;
    }

    /** True for a time below zero. */
    public boolean isNegative() {
        return negative;
    }

    /** 0 to 9999. */
    public int year() {
        return year;
    }

    /** 1 to 12, 0 where the date leaves it open. */
    public int month() {
        return month;
    }

    /** 1 to 31, 0 where the date leaves it open. */
    public int day() {
        return day;
    }

    /** 0 to 23 of a date; all hours of a time. */
    public long hour() {
        return hour;
    }

    /** 0 to 59. */
    public int minute() {
        return minute;
    }

    /** 0 to 59. */
    public int second() {
        return second;
    }

    /** 0 to 999999. */
    public int micros() {
        return micros;
    }

    /** True for a date whose month or day is 0: there is no such {@link LocalDate}. */
    public boolean hasZeroInDate() {
        return !time && (month == 0 || day == 0);
    }

    /** A time as microseconds, below zero where it is negative; of a date, those of its time of day. */
    public long timeMicros() {
        long total = ((hour * 60 + minute) * 60 + second) * MICROS_PER_SECOND + micros;
        return negative ? -total : total;
    }

    /**
     * A date with time.
     *
     * @throws ProtocolException when it is none of the calendar: a time, a zero in the date, or 30 February
     */
    public LocalDateTime toLocalDateTime() {
        try {
            return LocalDateTime.of(
                    toLocalDate(), LocalTime.of((int) Math.min(hour, 99), minute, second, micros * NANOS_PER_MICRO));
        } catch (DateTimeException e) {
            throw ProtocolException.malformed(this + " is not in the calendar");
        }
    }

    /**
     * A date.
     *
     * @throws ProtocolException when it is none of the calendar: a time, a zero in the date, or 30 February
     */
    public LocalDate toLocalDate() {
        try {
            if (!time) {
                return LocalDate.of(year, month, day);
            }
        } catch (DateTimeException e) {
            // Told below.
        }
        throw ProtocolException.malformed(this + " is not in the calendar");
    }

    /** As the server prints a DATETIME(6) or TIME(6). */
    @Override
    public String toString() {
        TextBuffer text = new TextBuffer();
        append(text, true, 6);
        return text.toString();
    }

    void append(TextBuffer out, boolean withClock, int fractionDigits) {
        if (time) {
            if (negative) {
                out.append('-');
            }
        } else {
            appendDate(out);
            if (!withClock) {
                return;
            }
            out.append(' ');
        }
        appendClock(out);
        appendFraction(out, micros, fractionDigits);
    }

    private void appendDate(TextBuffer out) {
        if (hasDigits(year, 9999) && hasDigits(month, 99) && hasDigits(day, 99)) {
            out.appendDate(year, month, day);
            return;
        }
        out.appendDigits(year, 4);
        out.append('-');
        out.appendDigits(month, 2);
        out.append('-');
        out.appendDigits(day, 2);
    }

    private void appendClock(TextBuffer out) {
        if (hasDigits(hour, 99) && hasDigits(minute, 99) && hasDigits(second, 99)) {
            out.appendClock((int) hour, minute, second);
            return;
        }
        out.appendDigits(hour, 2);
        out.append(':');
        out.appendDigits(minute, 2);
        out.append(':');
        out.appendDigits(second, 2);
    }

    private static boolean hasDigits(long field, int max) {
        return field >= 0 && field <= max;
    }

    /** @param digits 0 to 6; more for as many as there are */
    private static void appendFraction(TextBuffer out, int micros, int digits) {
        if (digits == 0 || (digits > 6 && micros == 0)) {
            return;
        }
        int shown = Math.min(digits, 6);
        long scaled = micros;
        for (int i = shown; i < 6; i++) {
            scaled /= 10;
        }
        out.append('.');
        out.appendDigits(scaled, shown);
    }

    /** Reads the content of a binary value, whose length and microseconds were checked. */
    void readBinary(BinaryForm form, byte[] in, int index, int length) {
        if (form == BinaryForm.TIME) {
            if (length == 0) {
                setTime(false, 0, 0, 0, 0);
                return;
            }
            long days = Integer.toUnsignedLong(PayloadWindow.intAt(in, index + 1));
            setTime(
                    in[index] != 0,
                    days * 24 + (in[index + 5] & 0xFF),
                    in[index + 6] & 0xFF,
                    in[index + 7] & 0xFF,
                    length == 12 ? PayloadWindow.intAt(in, index + 8) : 0);
            return;
        }
        boolean clock = length >= 7;
        setDateTime(
                length == 0 ? 0 : PayloadWindow.shortAt(in, index) & 0xFFFF,
                length == 0 ? 0 : in[index + 2] & 0xFF,
                length == 0 ? 0 : in[index + 3] & 0xFF,
                clock ? in[index + 4] & 0xFF : 0,
                clock ? in[index + 5] & 0xFF : 0,
                clock ? in[index + 6] & 0xFF : 0,
                length == 11 ? PayloadWindow.intAt(in, index + 7) : 0);
    }

    /** Appends the binary form, length in front, as short as servers do. */
    void appendBinary(TextBuffer out, ColumnType type) {
        if (type.binaryForm() == BinaryForm.TIME) {
            if ((hour | minute | second | micros) == 0) {
                out.appendByte(0);
                return;
            }
            out.appendByte(micros == 0 ? 8 : 12);
            out.appendByte(negative ? 1 : 0);
            out.appendInt((int) (hour / 24));
            out.appendByte((int) (hour % 24));
        } else {
            out.appendBinary(year, month, day, (int) hour, minute, second, micros);
            return;
        }
        out.appendByte(minute);
        out.appendByte(second);
        if (micros != 0) {
            out.appendInt(micros);
        }
    }
}
