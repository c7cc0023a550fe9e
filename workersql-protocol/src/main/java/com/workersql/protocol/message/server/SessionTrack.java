// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * One change of the session's state, told in an {@link Ok}.
 *
 * <pre>{@code
 * changes := entry*          entry := type (1 byte), data (length-encoded string)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Session State Information".
 */
public sealed interface SessionTrack {

    /**
     * Type 0: a system variable has a new value. {@code data := (name (lenenc), value (lenenc))+}; MariaDB puts several into one
     * entry, each becomes a value of its own here.
     *
     * @param name never null
     * @param value null when the server sent NULL
     */
    record SystemVariable(String name, String value) implements SessionTrack {
        public SystemVariable {
            requireNonNull(name, "name");
        }
    }

    /**
     * Type 1: the current schema. {@code data := name (lenenc)}.
     *
     * @param name empty when there is none now
     */
    record Schema(String name) implements SessionTrack {
        public Schema {
            requireNonNull(name, "name");
        }
    }

    /**
     * Type 2: some state of the session has changed since the last statement. {@code data := '1' | '0'}, without a length of its own.
     *
     * @param changed whether it has
     */
    record StateChange(boolean changed) implements SessionTrack {}

    /**
     * Type 3: GTIDs. {@code data := encoding (1 byte), text (lenenc)}.
     *
     * @param encoding 0 in all known servers
     * @param gtids as the server writes them
     */
    record Gtids(int encoding, String gtids) implements SessionTrack {
        public Gtids {
            requireNonNull(gtids, "gtids");
        }
    }

    /**
     * Type 4: the statements that would start the open transaction again. {@code data := text (lenenc)}.
     *
     * @param statements SQL, empty when there is nothing to restore
     */
    record TransactionCharacteristics(String statements) implements SessionTrack {
        public TransactionCharacteristics {
            requireNonNull(statements, "statements");
        }
    }

    /**
     * Type 5: what the open transaction has done. {@code data := text (lenenc)}.
     *
     * @param flags eight characters, {@code _} where nothing is set
     */
    record TransactionState(String flags) implements SessionTrack {
        public TransactionState {
            requireNonNull(flags, "flags");
        }
    }

    /**
     * Any other type: skipped by its length, kept as it is.
     *
     * @param type 0 to 255
     * @param data uninterpreted
     */
    record Unrecognized(int type, Bytes data) implements SessionTrack {
        public Unrecognized {
            requireNonNull(data, "data");
        }
    }

    /**
     * Reads entries to the buffer's end.
     *
     * @throws ProtocolException when they are truncated
     */
    static List<SessionTrack> decodeAll(ByteBuf in) {
        if (!in.isReadable()) {
            return List.of();
        }
        List<SessionTrack> tracks = new ArrayList<>(4);
        while (in.isReadable()) {
            int type = in.readUnsignedByte();
            ByteBuf data = in.readSlice(LengthEncodedInteger.readLength(in));
            switch (type) {
                case 0 -> {
                    do {
                        tracks.add(new SystemVariable(ProtocolStrings.readLengthEncoded(data), readNullable(data)));
                    } while (data.isReadable());
                }
                case 1 -> tracks.add(new Schema(ProtocolStrings.readLengthEncoded(data)));
                case 2 ->
                    tracks.add(new StateChange(ProtocolStrings.readRest(data).equals("1")));
                case 3 -> {
                    ProtocolStrings.require(data, 1);
                    tracks.add(new Gtids(data.readUnsignedByte(), ProtocolStrings.readLengthEncoded(data)));
                }
                case 4 -> tracks.add(new TransactionCharacteristics(ProtocolStrings.readLengthEncoded(data)));
                case 5 -> tracks.add(new TransactionState(ProtocolStrings.readLengthEncoded(data)));
                default -> tracks.add(new Unrecognized(type, ProtocolStrings.readRestValue(data)));
            }
        }
        return List.copyOf(tracks);
    }

    /** Writes one entry. */
    static void encode(ByteBuf out, SessionTrack track) {
        ByteBuf data = out.alloc().buffer();
        try {
            int type;
            if (track instanceof SystemVariable variable) {
                type = 0;
                ProtocolStrings.writeLengthEncoded(data, variable.name);
                if (variable.value == null) {
                    data.writeByte(LengthEncodedInteger.NULL_MARKER);
                } else {
                    ProtocolStrings.writeLengthEncoded(data, variable.value);
                }
            } else if (track instanceof Schema schema) {
                type = 1;
                ProtocolStrings.writeLengthEncoded(data, schema.name);
            } else if (track instanceof StateChange state) {
                type = 2;
                data.writeByte(state.changed ? '1' : '0');
            } else if (track instanceof Gtids gtids) {
                type = 3;
                data.writeByte(gtids.encoding);
                ProtocolStrings.writeLengthEncoded(data, gtids.gtids);
            } else if (track instanceof TransactionCharacteristics characteristics) {
                type = 4;
                ProtocolStrings.writeLengthEncoded(data, characteristics.statements);
            } else if (track instanceof TransactionState state) {
                type = 5;
                ProtocolStrings.writeLengthEncoded(data, state.flags);
            } else {
                Unrecognized other = (Unrecognized) track;
                type = other.type;
                other.data.writeTo(data);
            }
            out.writeByte(type);
            ProtocolStrings.writeLengthEncoded(out, data);
        } finally {
            data.release();
        }
    }

    private static String readNullable(ByteBuf in) {
        ProtocolStrings.require(in, 1);
        if (in.getUnsignedByte(in.readerIndex()) == LengthEncodedInteger.NULL_MARKER) {
            in.skipBytes(1);
            return null;
        }
        return ProtocolStrings.readLengthEncoded(in);
    }
}
