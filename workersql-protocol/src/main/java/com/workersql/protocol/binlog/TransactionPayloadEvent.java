// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * All events of a transaction behind its GTID, compressed as one, in MySQL.
 *
 * <pre>{@code
 * fields of type (lenenc int), length (lenenc int), value (lenenc int); ended by type 0;
 *     type 1 is the size of the payload, type 2 the compression (0 zstd, 255 none), type 3 the size when inflated,
 * payload: events with their headers, without checksums
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Transaction_payload_event".
 *
 * @param events in their order; their headers have no position
 */
public record TransactionPayloadEvent(List<BinlogPacket.Entry> events) implements BinlogEvent {
    private static final int END = 0;
    private static final int PAYLOAD_BYTES = 1;
    private static final int COMPRESSION = 2;
    private static final int INFLATED_BYTES = 3;
    private static final int ZSTD = 0;
    private static final int NONE = 255;

    public TransactionPayloadEvent {
        events = List.copyOf(events);
    }

    static TransactionPayloadEvent decode(ByteBuf body, EventDecoder decoder, BinlogLimits limits) {
        long payloadBytes = -1;
        long inflatedBytes = -1;
        long compression = -1;
        for (long type = LengthEncodedInteger.read(body); type != END; type = LengthEncodedInteger.read(body)) {
            ByteBuf value = body.readSlice(LengthEncodedInteger.readLength(body));
            if (type == PAYLOAD_BYTES) {
                payloadBytes = LengthEncodedInteger.read(value);
            } else if (type == COMPRESSION) {
                compression = LengthEncodedInteger.read(value);
            } else if (type == INFLATED_BYTES) {
                inflatedBytes = LengthEncodedInteger.read(value);
            }
        }
        if (payloadBytes < 0 || payloadBytes > body.readableBytes()) {
            throw ProtocolException.malformed("a compressed transaction of " + Long.toUnsignedString(payloadBytes)
                    + " bytes, " + body.readableBytes() + " are left");
        }
        ByteBuf payload = body.readSlice((int) payloadBytes);
        if (compression == NONE) {
            return new TransactionPayloadEvent(decodeEvents(payload, decoder, limits));
        }
        if (compression != ZSTD || inflatedBytes < 0) {
            throw ProtocolException.malformed("a transaction compressed by unknown kind " + compression);
        }
        return new TransactionPayloadEvent(
                decodeEvents(Unpooled.wrappedBuffer(Inflate.zstd(payload, inflatedBytes, limits)), decoder, limits));
    }

    private static List<BinlogPacket.Entry> decodeEvents(ByteBuf in, EventDecoder decoder, BinlogLimits limits) {
        List<BinlogPacket.Entry> events = new ArrayList<>();
        while (in.isReadable()) {
            if (events.size() == limits.maxEventsPerTransaction()) {
                throw BinlogLimits.exceeded(
                        "Events of a compressed transaction",
                        events.size() + 1L,
                        limits.maxEventsPerTransaction(),
                        "maxEventsPerTransaction");
            }
            EventHeader header = EventHeader.decode(in);
            long bodyBytes = header.eventBytes() - EventHeader.BYTES;
            if (bodyBytes > in.readableBytes()) {
                throw ProtocolException.malformed(
                        "an event of " + header.eventBytes() + " bytes at the end of a compressed transaction");
            }
            if (header.type() == EventType.TRANSACTION_PAYLOAD || header.type() == EventType.FORMAT_DESCRIPTION) {
                throw ProtocolException.malformed("an event " + header.type() + " inside of a compressed transaction");
            }
            events.add(new BinlogPacket.Entry(header, decoder.decode(header, in.readSlice((int) bodyBytes))));
        }
        return events;
    }
}
