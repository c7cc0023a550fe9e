// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.ServerErrors;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Cuts a stream of bytes, fed in pieces of any size, into payloads.
 *
 * <p>A payload that lies in the input as a whole is given as a retained slice of it, without a copy. Any other is gathered in
 * a buffer that grows with the bytes that have come, never by the length that the peer declared. A declared length above the
 * limit is refused as soon as the header is complete; so is a wrong sequence id. Payloads of 16 MB and more, which travel as
 * packets of exactly 0xFFFFFF bytes and a shorter last one, are joined.
 *
 * <pre>{@code
 * packet := length (3 bytes, little endian), sequence id (1 byte), length bytes
 * }</pre>
 *
 * <p>Not safe for several threads; belongs to one connection. After an exception the stream has no defined position any more:
 * {@link #close()} it and the connection. Source: dev.mysql.com "MySQL Packets".
 */
public final class PacketDecoder implements AutoCloseable {
    /** The length of a packet behind which another one of the same payload follows. */
    public static final int MAX_PACKET_BYTES = 0xFF_FFFF;

    private static final int HEADER_BYTES = 4;
    private static final int SMALLEST_BUFFER_BYTES = 256;

    private final ByteBufAllocator allocator;
    private final Reservation reservation;
    private int maxPayloadBytes;
    private SequenceMode sequenceMode;

    private int expectedSequenceId;
    private int sequenceId;
    private int headerBytesSeen;
    private int header;
    private int packetBytesMissing;
    private boolean lastPacket;
    private ByteBuf gathered;
    private int reservedBytes;

    /**
     * @param allocator gives the buffers in which payloads are gathered
     * @param maxPayloadBytes the largest payload that is accepted, joined packets together
     * @param sequenceMode which sequence ids are expected; the first is 0 until {@link #expectSequenceId}
     * @param reservation asked before bytes are gathered; a payload that comes as a slice of the input is not reserved, since
     *     the input is bounded by the receive buffer
     */
    public PacketDecoder(
            ByteBufAllocator allocator, int maxPayloadBytes, SequenceMode sequenceMode, Reservation reservation) {
        this.allocator = requireNonNull(allocator, "allocator");
        this.reservation = requireNonNull(reservation, "reservation");
        this.sequenceMode = requireNonNull(sequenceMode, "sequenceMode");
        maxPayloadBytes(maxPayloadBytes);
    }

    /** Sets the limit for the headers that come from now on. */
    public void maxPayloadBytes(int maxPayloadBytes) {
        if (maxPayloadBytes < 1) {
            throw new IllegalArgumentException("maxPayloadBytes is " + maxPayloadBytes + ", the least is 1");
        }
        this.maxPayloadBytes = maxPayloadBytes;
    }

    /** Sets what is expected behind the payloads that come from now on. */
    public void sequenceMode(SequenceMode mode) {
        this.sequenceMode = requireNonNull(mode, "mode");
    }

    /** The next header must have this sequence id, modulo 256. */
    public void expectSequenceId(int id) {
        this.expectedSequenceId = id & 0xFF;
    }

    /** The sequence id of the last packet of the last payload. */
    public int sequenceId() {
        return sequenceId;
    }

    /** True in front of a header's first byte, when no payload is half read. */
    public boolean isAtPacketBoundary() {
        return headerBytesSeen == 0 && gathered == null;
    }

    /** How many bytes of an unfinished payload are held. */
    public int bufferedBytes() {
        return headerBytesSeen + (gathered == null ? 0 : gathered.readableBytes());
    }

    /**
     * Reads from {@code in} until a payload is complete or nothing is left, and moves the reader index. Call it again until it
     * gives null.
     *
     * @param in stays the caller's
     * @return a payload that the caller must release, or null when more bytes are needed
     * @throws ProtocolException on a wrong sequence id (1156), a payload that is too large (1153) or an exhausted budget (1041)
     */
    public ByteBuf decode(ByteBuf in) {
        if (gathered == null) {
            releaseReservation();
            if (headerBytesSeen == 0) {
                ByteBuf whole = wholePacket(in);
                if (whole != null) {
                    return whole;
                }
            }
        }
        while (true) {
            if (headerBytesSeen < HEADER_BYTES && !readHeader(in)) {
                return null;
            }
            if (gathered == null && lastPacket && in.readableBytes() >= packetBytesMissing) {
                ByteBuf payload = in.readRetainedSlice(packetBytesMissing);
                endPacket();
                return payload;
            }
            gather(in);
            if (packetBytesMissing > 0) {
                return null;
            }
            boolean complete = lastPacket;
            endPacket();
            if (complete) {
                ByteBuf payload = gathered;
                gathered = null;
                return payload;
            }
        }
    }

    /**
     * Passes the reservation of the last payload to the caller, who must release it at the {@link Reservation}. Without this
     * call it is released when the next payload is asked for.
     */
    public int takeReservedBytes() {
        if (gathered != null) {
            return 0;
        }
        int bytes = reservedBytes;
        reservedBytes = 0;
        return bytes;
    }

    /** Releases what is held. The decoder can be used for another stream afterwards. */
    @Override
    public void close() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
        releaseReservation();
        headerBytesSeen = 0;
        packetBytesMissing = 0;
        expectedSequenceId = 0;
    }

    /** Most payloads are one packet that lies in the input as a whole: one look at its header, and its slice. */
    private ByteBuf wholePacket(ByteBuf in) {
        int index = in.readerIndex();
        int available = in.writerIndex() - index - HEADER_BYTES;
        if (available < 0) {
            return null;
        }
        int found = in.getIntLE(index);
        int length = found & MAX_PACKET_BYTES;
        int id = found >>> 24;
        boolean expected = id == expectedSequenceId || sequenceMode == SequenceMode.UNCHECKED;
        if (!expected || length > available || length > maxPayloadBytes || length == MAX_PACKET_BYTES) {
            return null;
        }
        ByteBuf payload = in.retainedSlice(index + HEADER_BYTES, length);
        in.readerIndex(index + HEADER_BYTES + length);
        sequenceId = id;
        expectedSequenceId = sequenceMode == SequenceMode.RESTART ? 0 : (id + 1) & 0xFF;
        return payload;
    }

    private boolean readHeader(ByteBuf in) {
        if (headerBytesSeen == 0 && in.readableBytes() >= HEADER_BYTES) {
            header = in.readIntLE();
            headerBytesSeen = HEADER_BYTES;
        } else {
            while (headerBytesSeen < HEADER_BYTES) {
                if (!in.isReadable()) {
                    return false;
                }
                int shift = 8 * headerBytesSeen;
                header = (header & ~(0xFF << shift)) | (in.readUnsignedByte() << shift);
                headerBytesSeen++;
            }
        }
        int length = header & MAX_PACKET_BYTES;
        int id = header >>> 24;
        if (sequenceMode != SequenceMode.UNCHECKED && id != expectedSequenceId) {
            throw ProtocolException.packetsOutOfOrder(expectedSequenceId, id);
        }
        long total = (gathered == null ? 0L : gathered.readableBytes()) + length;
        if (total > maxPayloadBytes) {
            throw ProtocolException.packetTooLarge(total, maxPayloadBytes);
        }
        sequenceId = id;
        packetBytesMissing = length;
        lastPacket = length < MAX_PACKET_BYTES;
        return true;
    }

    private void endPacket() {
        headerBytesSeen = 0;
        boolean inPayload = !lastPacket;
        expectedSequenceId = inPayload || sequenceMode != SequenceMode.RESTART ? (sequenceId + 1) & 0xFF : 0;
    }

    private void gather(ByteBuf in) {
        int bytes = Math.min(packetBytesMissing, in.readableBytes());
        makeRoom(bytes);
        gathered.writeBytes(in, bytes);
        packetBytesMissing -= bytes;
    }

    private void makeRoom(int bytes) {
        int used = gathered == null ? 0 : gathered.readableBytes();
        int needed = used + bytes;
        int capacity = gathered == null ? 0 : gathered.capacity();
        if (gathered != null && needed <= capacity) {
            return;
        }
        // Doubling keeps the copies of a long payload linear; no more than this packet still declares is asked for.
        int wanted = Math.max(needed, (int) Math.min((long) used + packetBytesMissing, 2L * capacity));
        wanted = Math.max(wanted, Math.min(SMALLEST_BUFFER_BYTES, used + packetBytesMissing));
        if (!reservation.tryReserve(wanted - capacity)) {
            throw new ProtocolException(
                    ServerErrors.ER_OUT_OF_RESOURCES,
                    "The memory for commands is exhausted: " + (wanted - capacity) + " more bytes were not to be had");
        }
        reservedBytes += wanted - capacity;
        if (gathered == null) {
            gathered = allocator.buffer(wanted, Integer.MAX_VALUE);
        } else {
            gathered.capacity(wanted);
        }
    }

    private void releaseReservation() {
        if (reservedBytes > 0) {
            int bytes = reservedBytes;
            reservedBytes = 0;
            reservation.release(bytes);
        }
    }
}
