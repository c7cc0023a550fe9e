// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;

/**
 * Passes on the file that a client sends after the server has asked for one, up to the empty packet behind it: whatever comes after that
 * is the client's next command.
 *
 * <pre>{@code
 * file := packet with content *, packet without content
 * }</pre>
 *
 * <p>An empty file is the empty packet alone, and a client that sends none is one that refuses. Only headers are looked at; nothing is
 * gathered but a header that is split. The client's sequence ids are taken as they come, since clients do not agree on how they go on
 * where packets are compressed; the server gets its own, written over them. Belongs to one connection and its thread; used again by
 * {@link #begin}. Source: dev.mysql.com "LOCAL INFILE Request".
 */
public final class FileRelay {
    private static final int HEADER_BYTES = 4;

    private final long maxFileBytes;
    private boolean done = true;
    private int headerBytes;
    private int header;
    private int packetLeft;
    private boolean continued;
    private long fileBytes;
    private int serverSequenceId;
    private int clientSequenceId;

    /**
     * @param maxFileBytes the longest file that is passed on, at least 0
     */
    public FileRelay(long maxFileBytes) {
        if (maxFileBytes < 0) {
            throw new IllegalArgumentException("maxFileBytes: " + maxFileBytes + " (expected: 0 and above)");
        }
        this.maxFileBytes = maxFileBytes;
    }

    /**
     * A file comes now: to be called when {@link ResponseScanner#isFileRequested} and the request has been given to the client.
     *
     * @param requestSequenceId the sequence id of the server's request; the file's packets count on from it
     */
    public void begin(int requestSequenceId) {
        serverSequenceId = requestSequenceId;
        clientSequenceId = requestSequenceId;
        done = false;
        headerBytes = 0;
        header = 0;
        packetLeft = 0;
        continued = false;
        fileBytes = 0;
    }

    /** True behind the empty packet, and before the first file. */
    public boolean isDone() {
        return done;
    }

    /** How many bytes of content the file has had so far. */
    public long fileBytes() {
        return fileBytes;
    }

    /** The sequence id of the client's last packet: what is said to the client next counts on from it. */
    public int clientSequenceId() {
        return clientSequenceId;
    }

    /**
     * Passes on what has come of the file. Stops behind its end, or where the input ends; the reader index is moved there.
     *
     * @param in what arrived from the client; stays the caller's, but its sequence ids are overwritten
     * @param output gets the bytes for the server, headers included, as slices of the input
     * @return true when the file is complete
     * @throws ProtocolException when the file is longer than allowed (1153); the server's connection is in the middle of it then
     */
    public boolean relay(ByteBuf in, PacketOutput output) {
        requireNonNull(output, "output");
        int start = in.readerIndex();
        int end = in.writerIndex();
        int at = start;
        while (at < end && !done) {
            if (headerBytes < HEADER_BYTES) {
                header |= in.getUnsignedByte(at) << (8 * headerBytes++);
                if (headerBytes == HEADER_BYTES) {
                    clientSequenceId = header >>> 24;
                    serverSequenceId = (serverSequenceId + 1) & 0xFF;
                    in.setByte(at, serverSequenceId);
                    beginPacket();
                }
                at++;
                if (headerBytes < HEADER_BYTES) {
                    continue;
                }
            }
            int passed = Math.min(packetLeft, end - at);
            at += passed;
            packetLeft -= passed;
            if (packetLeft == 0) {
                endPacket();
            }
        }
        if (at > start) {
            output.write(in.retainedSlice(start, at - start));
            in.readerIndex(at);
        }
        return done;
    }

    private void beginPacket() {
        packetLeft = header & ReplyState.FULL_PACKET_BYTES;
        fileBytes += packetLeft;
        if (fileBytes > maxFileBytes) {
            throw ProtocolException.packetTooLarge(fileBytes, maxFileBytes);
        }
    }

    /** An empty packet behind a full one ends that one's payload, and not yet the file. */
    private void endPacket() {
        int length = header & ReplyState.FULL_PACKET_BYTES;
        done = length == 0 && !continued;
        continued = length == ReplyState.FULL_PACKET_BYTES;
        headerBytes = 0;
        header = 0;
    }
}
