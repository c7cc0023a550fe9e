// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.binlog.BinlogEvent;
import com.workersql.protocol.binlog.BinlogLimits;
import com.workersql.protocol.binlog.BinlogPacket;
import com.workersql.protocol.binlog.BinlogStream;
import com.workersql.protocol.binlog.ColumnValue;
import com.workersql.protocol.binlog.RowChange;
import com.workersql.protocol.binlog.RowsEvent;
import com.workersql.protocol.binlog.TransactionPayloadEvent;
import com.workersql.protocol.vectors.Vector;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Events of the binary log behind a server's own format description: {@code (type (1 byte), length (2 bytes), body)*}. Headers and
 * checksums, which no fuzzer would guess, are made here.
 */
final class BinlogTarget implements FuzzTarget {
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41);
    private static final BinlogLimits LIMITS = new BinlogLimits(1 << 20, 4, 50);
    private static final int HEADER_BYTES = 19;
    private static final int CHECKSUM_BYTES = 4;
    private static final int FORMAT_DESCRIPTION = 15;
    private static final int MAX_ROWS = 1000;

    private final String server;
    private final byte[] format;
    private final List<Vector> vectors;

    /** @param server {@code mysql} or {@code mariadb} */
    BinlogTarget(String server) {
        this.server = server;
        vectors = Vector.load("binlog.vectors");
        format = vectors.stream()
                .filter(vector -> vector.name().equals(server + ": format description"))
                .findFirst()
                .orElseThrow()
                .bytes();
    }

    @Override
    public void decode(ByteBuf in, ByteBufAllocator allocator) {
        BinlogStream stream = new BinlogStream(CAPABILITIES, LIMITS);
        stream.read(Unpooled.wrappedBuffer(format));
        while (in.readableBytes() > 3) {
            int type = in.readUnsignedByte();
            int length = Math.min(in.readUnsignedShortLE(), in.readableBytes());
            ByteBuf payload = event(type, in.readSlice(length), allocator);
            try {
                if (stream.read(payload) instanceof BinlogPacket.Entry entry) {
                    read(entry.event());
                }
            } finally {
                payload.release();
            }
        }
    }

    private static ByteBuf event(int type, ByteBuf body, ByteBufAllocator allocator) {
        ByteBuf payload = allocator.buffer();
        payload.writeByte(0).writeIntLE(1).writeByte(type).writeIntLE(1);
        payload.writeIntLE(HEADER_BYTES + body.readableBytes() + CHECKSUM_BYTES);
        payload.writeIntLE(200).writeShortLE(0).writeBytes(body);
        CRC32 crc = new CRC32();
        crc.update(payload.nioBuffer(1, payload.readableBytes() - 1));
        return payload.writeIntLE((int) crc.getValue());
    }

    private static void read(BinlogEvent event) {
        if (event instanceof TransactionPayloadEvent transaction) {
            transaction.events().forEach(entry -> read(entry.event()));
        } else if (event instanceof RowsEvent rows) {
            int count = 0;
            for (RowChange row : rows) {
                row.before().forEach(BinlogTarget::read);
                row.after().forEach(BinlogTarget::read);
                if (++count == MAX_ROWS) {
                    break;
                }
            }
        } else {
            assertThat(event.toString()).isNotEmpty();
        }
    }

    private static void read(ColumnValue value) {
        if (!(value instanceof ColumnValue.Null
                || value instanceof ColumnValue.Absent
                || value instanceof ColumnValue.JsonDiffs)) {
            assertThat(value.text()).isNotNull();
        }
    }

    /** A limit of 1 MiB for what is inflated, at most 50 events and 1,000 rows of up to 4,096 values. */
    @Override
    public long allocationBytes(int inputBytes) {
        return 64L << 20;
    }

    /** Each event alone behind the table map, and all of them in their order. */
    @Override
    public Stream<byte[]> seeds() {
        ByteBuf all = Unpooled.buffer();
        ByteBuf table = Unpooled.buffer();
        List<byte[]> each = new ArrayList<>();
        for (Vector vector : vectors) {
            byte[] bytes = vector.bytes();
            if (!vector.name().startsWith(server) || (bytes[5] & 0xFF) == FORMAT_DESCRIPTION) {
                continue;
            }
            ByteBuf one = Unpooled.buffer().writeBytes(table.duplicate());
            write(bytes, one);
            write(bytes, all);
            each.add(ByteBufUtil.getBytes(one));
            if (vector.message().equals("TableMapEvent")) {
                write(bytes, table);
            }
        }
        each.add(ByteBufUtil.getBytes(all));
        return each.stream();
    }

    private static void write(byte[] payload, ByteBuf out) {
        int bodyBytes = payload.length - 1 - HEADER_BYTES - CHECKSUM_BYTES;
        out.writeByte(payload[5]).writeShortLE(bodyBytes).writeBytes(payload, 1 + HEADER_BYTES, bodyBytes);
    }
}
