// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.value.Temporal;
import com.workersql.protocol.value.ValueReader;
import java.util.List;

/** Asks for a value in each way that there is. A value that is no number is refused as one, by a ProtocolException. */
final class EveryGetter {
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
        for (Getter getter : GETTERS) {
            try {
                getter.get(reader, i);
            } catch (ProtocolException expected) {
                // Most values are not of the type that is asked for.
            }
        }
    }
}
