// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Finds the end of a reply from packet headers, first bytes and control packets alone: the fast path of whoever passes a
 * server's bytes on. Rows and definitions are neither decoded nor gathered; a run of them is given to the sink in one call
 * for as long as the input lasts, and packets of 16 MB pass by as they come.
 *
 * <p>One scanner belongs to one connection and is used again for each of its replies: {@link #begin}, then {@link #scan} with
 * every buffer that arrives, cut anywhere, until {@link #isDone}. It is confined to the connection's thread. It
 * allocates nothing per reply; a header that is split over two inputs is given on from a new buffer of the input's allocator.
 *
 * <p>Only control packets that are split over inputs are gathered, up to {@link #DEFAULT_MAX_CONTROL_PACKET_BYTES} or the
 * limit of the constructor. Sequence ids are checked within a reply, not at its start, not behind a local file, and not on a
 * compressed connection, where servers set them to those of the compressed packets whenever they flush.
 *
 * <p>What breaks the grammar gives a {@link ProtocolException} whose message says where. There is no way to find the next
 * reply after that: close the connection. Source: dev.mysql.com "Command Phase", mariadb.com "Result Set Packets".
 */
public final class ResponseScanner {
    /** The default limit of one control packet's payload: 1 MiB, since an OK may list many session variables. */
    public static final int DEFAULT_MAX_CONTROL_PACKET_BYTES = 1 << 20;

    private static final int HEADER_BYTES = 4;
    private static final int ANY_SEQUENCE_ID = -1;
    private static final int KEPT_CONTROL_BYTES = 4096;
    private static final int FIRST_CONTROL_BYTES = 128;

    private final ReplyState state = new ReplyState();
    private final int maxControlPacketBytes;

    private boolean scanning;
    private boolean broken;

    /** Bytes of a header that earlier inputs ended with, and their value; they are not given on before they are understood. */
    private int heldBytes;

    private int heldHeader;
    /** The next physical packet goes on with the payload of the last one, which was full. */
    private boolean continued;
    /** What is still to come of a packet that is passed on. */
    private int passLeft;
    /** What is still to come of a control packet that is gathered. */
    private int controlLeft;

    private int controlSequenceId;
    private ByteBuf control = Unpooled.EMPTY_BUFFER;
    private ByteBuf smallControl;

    private int expectedSequenceId;
    private boolean sequenceMayJump;
    private long packets;
    private long bytesOfEarlierInputs;
    private int packetIndex;

    /** A scanner with the default limit. */
    public ResponseScanner() {
        this(DEFAULT_MAX_CONTROL_PACKET_BYTES);
    }

    /**
     * A scanner with its own limit.
     *
     * @param maxControlPacketBytes the largest payload of a control packet, 512 to 16777214
     */
    public ResponseScanner(int maxControlPacketBytes) {
        if (maxControlPacketBytes < 512 || maxControlPacketBytes >= ReplyState.FULL_PACKET_BYTES) {
            throw new IllegalArgumentException(
                    "maxControlPacketBytes: " + maxControlPacketBytes + " (expected: 512 to 16777214)");
        }
        this.maxControlPacketBytes = maxControlPacketBytes;
    }

    /**
     * Makes ready for the next reply.
     *
     * @param kind the grammar of the reply; with {@link ReplyKind#NONE} it is done at once
     * @param negotiated what both sides agreed on
     * @throws IllegalStateException when the last reply is not done, or broken
     */
    public void begin(ReplyKind kind, CapabilityFlags negotiated) {
        if (scanning || broken || !isDone()) {
            throw new IllegalStateException("the reply before is not done: " + where());
        }
        state.begin(kind, negotiated);
        expectedSequenceId = ANY_SEQUENCE_ID;
        sequenceMayJump = negotiated.has(CapabilityFlags.CLIENT_COMPRESS)
                || negotiated.has(CapabilityFlags.CLIENT_ZSTD_COMPRESSION_ALGORITHM);
        packets = 0;
        bytesOfEarlierInputs = 0;
        packetIndex = 0;
    }

    /**
     * Goes on with the reply. Stops behind the reply's last byte, or where the input ends; the reader index is moved there.
     * Does nothing when the reply is done.
     *
     * @param in what arrived; stays owned by the caller
     * @param sink is called for all that is found; what it throws goes through, and leaves the scanner unusable
     * @return how many bytes were read
     * @throws ProtocolException when the bytes are no reply
     */
    public int scan(ByteBuf in, ReplySink sink) {
        if (broken) {
            throw ProtocolException.malformed("the reply was broken before: " + where());
        }
        if (isDone()) {
            return 0;
        }
        int start = in.readerIndex();
        packetIndex = 0;
        scanning = true;
        broken = true;
        try {
            int end = scan(in, start, in.writerIndex(), sink);
            in.readerIndex(end);
            bytesOfEarlierInputs += end - start;
            packetIndex = 0;
            broken = false;
            return end - start;
        } catch (ProtocolException e) {
            throw new ProtocolException(e.error(), e.getMessage() + "; " + where(), e);
        } finally {
            scanning = false;
        }
    }

    /** The bytes from {@code runStart} up to {@code index} are understood and still to be given on. */
    private int scan(ByteBuf in, int start, int end, ReplySink sink) {
        int index = start;
        int runStart = start;
        if (controlLeft > 0) {
            index = runStart = gather(in, start, end, sink);
        } else if (passLeft > 0) {
            int passed = Math.min(passLeft, end - start);
            passLeft -= passed;
            index += passed;
        }
        while (index < end && !isDone()) {
            int headerIndex = index;
            packetIndex = headerIndex - start;
            int header;
            if (heldBytes == 0 && end - index > HEADER_BYTES) {
                header = in.getIntLE(index);
                index += HEADER_BYTES;
            } else {
                header = heldHeader;
                int have = heldBytes;
                while (have < HEADER_BYTES && index < end) {
                    header |= in.getUnsignedByte(index++) << (8 * have++);
                }
                if (!isDecidable(have, header, end - index)) {
                    forward(in, runStart, headerIndex, sink);
                    heldBytes = have;
                    heldHeader = header;
                    return end;
                }
            }
            int length = header & ReplyState.FULL_PACKET_BYTES;
            checkSequenceId(header >>> 24);
            packets++;
            if (!continued && state.isControl(length, length == 0 ? -1 : in.getUnsignedByte(index))) {
                forward(in, runStart, headerIndex, sink);
                heldBytes = 0;
                heldHeader = 0;
                index = runStart = control(in, index, end, length, header >>> 24, sink);
                continue;
            }
            if (heldBytes > 0) {
                forwardHeldHeader(in, header, sink);
            }
            if (!continued) {
                state.passed();
            }
            continued = length == ReplyState.FULL_PACKET_BYTES;
            int passed = Math.min(length, end - index);
            passLeft = length - passed;
            index += passed;
        }
        forward(in, runStart, index, sink);
        return index;
    }

    /** A header says enough when it is whole and the first byte is there too, if there is one and it matters. */
    private boolean isDecidable(int have, int header, int available) {
        return have == HEADER_BYTES && (available > 0 || continued || (header & ReplyState.FULL_PACKET_BYTES) == 0);
    }

    private void checkSequenceId(int sequenceId) {
        if (expectedSequenceId != sequenceId && expectedSequenceId != ANY_SEQUENCE_ID && !sequenceMayJump) {
            throw ProtocolException.packetsOutOfOrder(expectedSequenceId, sequenceId);
        }
        expectedSequenceId = (sequenceId + 1) & 0xFF;
    }

    private static void forward(ByteBuf in, int from, int to, ReplySink sink) {
        if (to > from) {
            sink.forward(in, from, to - from);
        }
    }

    /** The sink may keep a slice, so these few bytes need a buffer of their own each time. */
    private void forwardHeldHeader(ByteBuf in, int header, ReplySink sink) {
        ByteBuf held = in.alloc().buffer(HEADER_BYTES, HEADER_BYTES);
        try {
            held.writeIntLE(header).writerIndex(heldBytes);
            heldBytes = 0;
            heldHeader = 0;
            sink.forward(held, 0, held.writerIndex());
        } finally {
            held.release();
        }
    }

    private int control(ByteBuf in, int index, int end, int length, int sequenceId, ReplySink sink) {
        if (length > maxControlPacketBytes) {
            throw ProtocolException.packetTooLarge(length, maxControlPacketBytes);
        }
        if (end - index >= length && length > KEPT_CONTROL_BYTES) {
            emit(sequenceId, in.slice(index, length), sink);
            return index + length;
        }
        controlSequenceId = sequenceId;
        controlLeft = length;
        control = kept(length);
        return gather(in, index, end, sink);
    }

    /** Small ones, which is nearly all, are copied to a buffer that is used again: a slice would be an object each time. */
    private ByteBuf kept(int length) {
        if (length > KEPT_CONTROL_BYTES) {
            return Unpooled.buffer(KEPT_CONTROL_BYTES, length);
        }
        if (smallControl == null) {
            smallControl = Unpooled.buffer(FIRST_CONTROL_BYTES, KEPT_CONTROL_BYTES);
        }
        return smallControl.clear();
    }

    private int gather(ByteBuf in, int index, int end, ReplySink sink) {
        int length = Math.min(controlLeft, end - index);
        control.writeBytes(in, index, length);
        controlLeft -= length;
        if (controlLeft == 0) {
            ByteBuf payload = control;
            control = Unpooled.EMPTY_BUFFER;
            emit(controlSequenceId, payload, sink);
        }
        return index + length;
    }

    private void emit(int sequenceId, ByteBuf payload, ReplySink sink) {
        ControlPacket kind = state.control(payload);
        if (kind == ControlPacket.LOCAL_INFILE) {
            expectedSequenceId = ANY_SEQUENCE_ID;
        }
        sink.control(kind, sequenceId, payload);
    }

    private String where() {
        return "in " + state.phase() + ", packet " + packets + " of the reply, byte "
                + (bytesOfEarlierInputs + packetIndex);
    }

    /** True when no byte is due: before the first reply, and behind the last byte of one. */
    public boolean isDone() {
        // A prepared statement's last definition is its end, and that may still be on its way.
        return state.isDone() && passLeft == 0 && !continued;
    }

    /**
     * Where an ERR packet may end the reply in the server's place, should no more of it come: between two rows.
     *
     * @return the sequence id that the next packet would have behind all that was given to the sink; -1 within a packet, outside of the
     *     rows, and when the bytes were no reply
     */
    public int nextSequenceIdOfRows() {
        if (broken || scanning || passLeft > 0 || continued || state.phase() != ReplyState.Phase.ROWS) {
            return -1;
        }
        return controlLeft > 0 ? controlSequenceId : expectedSequenceId;
    }

    /** True when the server waits for a local file; the packets that the client sends are not seen by the scanner. */
    public boolean isFileRequested() {
        return state.phase() == ReplyState.Phase.FILE_ANSWER;
    }

    /** {@link com.workersql.protocol.StatusFlags} of the last OK or EOF of this reply; 0 before there was one. */
    public int statusFlags() {
        return state.result().statusFlags();
    }

    /** Number of warnings in the last OK, EOF or prepared statement of this reply. */
    public int warnings() {
        return state.result().warnings();
    }

    /** Rows of this reply's last result that had columns; -1 when none had. */
    public long rows() {
        return state.rows();
    }

    /** Affected rows of the last OK of this reply, unsigned. */
    public long affectedRows() {
        return state.result().affectedRows();
    }

    /** The id that the last OK of this reply tells, unsigned; 0 for none. */
    public long lastInsertId() {
        return state.result().lastInsertId();
    }

    /** True when the reply ended by ERR. */
    public boolean isError() {
        return state.result().isError();
    }

    /** The error number of the ERR that ended the reply, 0 when there was none. */
    public int errno() {
        return state.result().errno();
    }
}
