// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

/** The value of one placeholder, in the shapes that SQL tells apart when it compares. */
public sealed interface ParameterValue {

    /** SQL's NULL. */
    record Null() implements ParameterValue {}

    /**
     * A signed integer of any width.
     *
     * @param value the value
     */
    record SignedInteger(long value) implements ParameterValue {}

    /**
     * An unsigned integer of 64 bits.
     *
     * @param bits the value's bits
     */
    record UnsignedInteger(long bits) implements ParameterValue {}

    /**
     * An exact decimal.
     *
     * @param text its digits as MySQL writes them
     */
    record Decimal(String text) implements ParameterValue {}

    /**
     * A floating point number; never a shard key.
     *
     * @param value the value
     */
    record FloatingPoint(double value) implements ParameterValue {}

    /**
     * Text, or a date or time in MySQL's text form.
     *
     * @param text the text
     */
    record Text(String text) implements ParameterValue {}

    /**
     * Bytes of a BLOB type.
     *
     * @param bytes the bytes; not copied, must not change
     */
    @SuppressWarnings("ArrayRecordComponent") // A value that is handed through; nobody compares two of them.
    record Binary(byte[] bytes) implements ParameterValue {}
}
