// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import com.workersql.protocol.CapabilityFlags;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.Random;

/** Reads the bytes by which an input chooses, and what they choose from. */
final class Choices {
    private static final long MYSQL = 0x193E_A20FL;
    private static final long MARIADB = 0x1C_01BE_A38AL;

    /** What clients and servers agree on, as recorded, with and without what changes messages. */
    private static final List<CapabilityFlags> CAPABILITIES = List.of(
            new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41),
            new CapabilityFlags(MYSQL),
            new CapabilityFlags(MARIADB),
            new CapabilityFlags(0xBF_A28DL),
            new CapabilityFlags(MYSQL)
                    .with(CapabilityFlags.CLIENT_QUERY_ATTRIBUTES
                            | CapabilityFlags.CLIENT_SESSION_TRACK
                            | CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA),
            new CapabilityFlags(MARIADB).with(CapabilityFlags.MARIADB_CLIENT_PROGRESS),
            new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_DEPRECATE_EOF),
            new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_SESSION_TRACK));

    private Choices() {}

    /** A number from 0 up to {@code bound}; 0 when the input is empty. */
    static int upTo(int bound, ByteBuf in) {
        return in.isReadable() ? in.readUnsignedByte() % bound : 0;
    }

    static CapabilityFlags capabilities(ByteBuf in) {
        return CAPABILITIES.get(upTo(CAPABILITIES.size(), in));
    }

    /** The byte that chooses the capabilities that are nearest to these. */
    static int byteFor(CapabilityFlags wanted) {
        int best = 0;
        for (int i = 1; i < CAPABILITIES.size(); i++) {
            if (distance(CAPABILITIES.get(i), wanted) < distance(CAPABILITIES.get(best), wanted)) {
                best = i;
            }
        }
        return best;
    }

    private static int distance(CapabilityFlags one, CapabilityFlags other) {
        return Long.bitCount(one.bits() ^ other.bits());
    }

    /** Where a stream is cut: the same for the same byte. */
    static Random cuts(ByteBuf in) {
        return new Random(upTo(256, in));
    }

    /** The next piece of a stream, most often a short one. */
    static ByteBuf piece(ByteBuf in, Random cuts) {
        int bytes = cuts.nextInt(4) == 0 ? in.readableBytes() : 1 + cuts.nextInt(16);
        return in.readSlice(Math.min(bytes, in.readableBytes()));
    }

    static byte[] seed(byte[] rest, int... choices) {
        byte[] seed = new byte[choices.length + rest.length];
        for (int i = 0; i < choices.length; i++) {
            seed[i] = (byte) choices[i];
        }
        System.arraycopy(rest, 0, seed, choices.length, rest.length);
        return seed;
    }
}
