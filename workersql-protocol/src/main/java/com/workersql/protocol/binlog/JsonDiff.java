// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * One change of a JSON document.
 *
 * <pre>{@code operation (1 byte), path (lenenc string), [ not REMOVE: value (lenenc string, binary JSON) ] }</pre>
 *
 * <p>Source: dev.mysql.com "Json_diff_vector".
 *
 * @param operation what is done
 * @param path where, as in {@code JSON_SET}
 * @param value as the server prints it; empty for {@link Operation#REMOVE}
 */
public record JsonDiff(Operation operation, String path, String value) {
    /** What a change does. */
    public enum Operation {
        /** As {@code JSON_REPLACE}. */
        REPLACE,
        /** As {@code JSON_INSERT} for members, as {@code JSON_ARRAY_INSERT} for elements. */
        INSERT,
        /** As {@code JSON_REMOVE}. */
        REMOVE
    }

    private static final Operation[] OPERATIONS = Operation.values();

    /** Reads changes to the end. */
    static List<JsonDiff> decodeAll(ByteBuf in) {
        List<JsonDiff> diffs = new ArrayList<>();
        while (in.isReadable()) {
            int code = in.readUnsignedByte();
            if (code >= OPERATIONS.length) {
                throw ProtocolException.malformed("a change of JSON of unknown kind " + code);
            }
            Operation operation = OPERATIONS[code];
            String path = ProtocolStrings.readLengthEncoded(in);
            String value = operation == Operation.REMOVE
                    ? ""
                    : new BinaryJson(in.readSlice(LengthEncodedInteger.readLength(in))).text();
            diffs.add(new JsonDiff(operation, path, value));
        }
        return diffs;
    }
}
