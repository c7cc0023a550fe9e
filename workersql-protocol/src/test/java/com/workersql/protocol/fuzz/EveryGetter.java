// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.value.Temporal;
import com.workersql.protocol.value.ValueReader;
import java.util.List;

/**
 * Asks for a value in each way that there is. A value that is no number is refused as one, by a ProtocolException.
 *
 * <p>Half of the ways end in an exception for most values, whose stack weighs more than the value. Nobody but this test asks on: what
 * each way allocates has a limit by the bytes of the value, and is not counted to what the whole input may cost.
 */
final class EveryGetter {
    /** An exception with the stack of a test, and the digits of the longest number that has fixed decimals. */
    private static final long LEAST_LIMIT_BYTES = 16 * 1024;

    private static final long LIMIT_BYTES_PER_BYTE = 16;

    private interface Getter {
        void get(ValueReader reader, int i);
    }

    private static final List<Getter> GETTERS = List.of(
            ValueReader::getLong,
            ValueReader::getUnsignedLong,
            ValueReader::getDouble,
            (reader, i) -> reader.getTemporal(i, new Temporal()),
            ValueReader::getTimeMicros,
            ValueReader::getDecimalText,
            ValueReader::getBytes,
            ValueReader::getText,
            (reader, i) -> reader.appendText(i, new StringBuilder()));

    private EveryGetter() {}

    static void call(ValueReader reader, int i) {
        long limitBytes = LEAST_LIMIT_BYTES + LIMIT_BYTES_PER_BYTE * reader.valueBytes(i);
        for (Getter getter : GETTERS) {
            Allocations.alone(limitBytes, () -> {
                try {
                    getter.get(reader, i);
                } catch (ProtocolException expected) {
                    // Most values are not of the type that is asked for.
                }
            });
        }
    }
}
