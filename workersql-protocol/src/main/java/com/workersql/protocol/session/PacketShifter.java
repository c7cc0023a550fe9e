// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnDefinition;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Passes runs of packets on and adds a constant to their sequence ids, in place; counts definitions, to tell where they end; writes
 * definitions anew where the two sides' forms differ. Looks at headers only while one of these is needed.
 */
final class PacketShifter implements AutoCloseable {
    private static final int HEADER_BYTES = 4;
    /** Of a definition that is written anew, which has to be there as a whole. */
    private static final int MAX_DEFINITION_BYTES = 1 << 20;

    private final ByteBufAllocator allocator;
    private final PacketOutput output;
    private final Places places;

    private CapabilityFlags from = CapabilityFlags.NONE;
    private CapabilityFlags to = CapabilityFlags.NONE;
    private boolean rewritesDefinitions;
    private int shift;
    private int definitionsLeft;
    private boolean announcesNext;
    private int lastSequenceId;

    private int headerBytes;
    private int header;
    private int packetLeft;
    private ByteBuf definition;

    /** Where something may be put in; all bytes before it were given on when it is called. */
    interface Places {
        /** Behind the last definition that was counted. */
        void definitionsEnd();

        /** In front of the next packet of a run, after {@link #announceNext}. */
        void packetFollows();
    }

    PacketShifter(ByteBufAllocator allocator, PacketOutput output, Places places) {
        this.allocator = allocator;
        this.output = output;
        this.places = places;
    }

    void begin(CapabilityFlags server, CapabilityFlags client) {
        close();
        from = server;
        to = client;
        long extended = CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA;
        rewritesDefinitions = server.has(extended) != client.has(extended);
        shift = 0;
        definitionsLeft = 0;
        headerBytes = 0;
        header = 0;
        packetLeft = 0;
        announcesNext = false;
    }

    void announceNext(boolean announced) {
        announcesNext = announced;
    }

    boolean isNextAnnounced() {
        return announcesNext;
    }

    boolean rewritesDefinitions() {
        return rewritesDefinitions;
    }

    void countDefinitions(int count) {
        definitionsLeft = count;
    }

    void shift(int more) {
        shift += more;
    }

    int shifted(int sequenceId) {
        return (sequenceId + shift) & 0xFF;
    }

    /** The server's id of the packet behind the last one that was seen. */
    int nextSequenceId() {
        return (lastSequenceId + 1) & 0xFF;
    }

    void controlPassed(int sequenceId) {
        lastSequenceId = sequenceId;
    }

    @Override
    public void close() {
        if (definition != null) {
            definition.release();
            definition = null;
        }
    }

    void forward(ByteBuf in, int index, int length) {
        if (shift == 0 && definitionsLeft == 0 && !announcesNext) {
            output.write(in.retainedSlice(index, length));
            return;
        }
        int end = index + length;
        int runStart = index;
        int at = index;
        while (at < end) {
            boolean rewritten = definitionsLeft > 0 && rewritesDefinitions;
            if (headerBytes == 0 && (announcesNext || rewritten)) {
                give(in, runStart, at);
                runStart = at;
                if (announcesNext) {
                    announcesNext = false;
                    places.packetFollows();
                }
            }
            if (headerBytes < HEADER_BYTES) {
                at = header(in, at, end);
            }
            if (headerBytes == HEADER_BYTES) {
                int passed = Math.min(packetLeft, end - at);
                if (rewritten) {
                    gatherDefinition(in, at, passed);
                }
                at += passed;
                packetLeft -= passed;
            }
            runStart = rewritten ? at : runStart;
            if (headerBytes == HEADER_BYTES && packetLeft == 0 && packetEnd(rewritten)) {
                give(in, runStart, at);
                runStart = at;
                places.definitionsEnd();
            }
        }
        give(in, runStart, at);
    }

    private void gatherDefinition(ByteBuf in, int index, int length) {
        long all = (definition == null ? 0L : definition.readableBytes()) + packetLeft;
        if (all > MAX_DEFINITION_BYTES) {
            throw ProtocolException.packetTooLarge(all, MAX_DEFINITION_BYTES);
        }
        if (definition == null) {
            definition = allocator.buffer(Math.max(64, length));
        }
        definition.writeBytes(in, index, length);
    }

    private int header(ByteBuf in, int start, int end) {
        int at = start;
        if (headerBytes == 0 && end - at >= HEADER_BYTES) {
            header = in.getIntLE(at);
            headerBytes = HEADER_BYTES;
            at += HEADER_BYTES;
            if (shift != 0) {
                in.setByte(at - 1, (header >>> 24) + shift);
            }
        } else {
            while (headerBytes < HEADER_BYTES && at < end) {
                int b = in.getUnsignedByte(at);
                header |= b << (8 * headerBytes++);
                if (headerBytes == HEADER_BYTES && shift != 0) {
                    in.setByte(at, b + shift);
                }
                at++;
            }
        }
        if (headerBytes == HEADER_BYTES) {
            packetLeft = header & ReplyState.FULL_PACKET_BYTES;
            lastSequenceId = header >>> 24;
        }
        return at;
    }

    /** True when the packet was the last definition. */
    private boolean packetEnd(boolean rewritten) {
        boolean continued = (header & ReplyState.FULL_PACKET_BYTES) == ReplyState.FULL_PACKET_BYTES;
        headerBytes = 0;
        header = 0;
        if (continued || definitionsLeft == 0) {
            return false;
        }
        if (rewritten) {
            writeDefinition();
        }
        return --definitionsLeft == 0;
    }

    private void writeDefinition() {
        ByteBuf payload = definition;
        definition = null;
        try {
            int payloadBytes = payload.readableBytes();
            ColumnDefinition column = ColumnDefinition.decode(payload, from);
            ByteBuf out = allocator.buffer(payloadBytes + 16);
            column.encodePacket(out, shifted(lastSequenceId), to);
            output.write(out);
        } finally {
            payload.release();
        }
    }

    private void give(ByteBuf in, int from, int to) {
        if (to > from) {
            output.write(in.retainedSlice(from, to - from));
        }
    }
}
