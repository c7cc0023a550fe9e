// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.binlog.BinlogEvent;
import com.workersql.protocol.binlog.BinlogLimits;
import com.workersql.protocol.binlog.BinlogPacket;
import com.workersql.protocol.binlog.BinlogStream;
import com.workersql.protocol.binlog.ColumnValue;
import com.workersql.protocol.binlog.QueryEvent;
import com.workersql.protocol.binlog.RowChange;
import com.workersql.protocol.binlog.RowsEvent;
import com.workersql.protocol.binlog.RowsQueryEvent;
import com.workersql.protocol.binlog.TableMapEvent;
import com.workersql.protocol.binlog.TransactionPayloadEvent;
import com.workersql.protocol.binlog.XidEvent;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs every vector of {@code binlog.vectors} through frames and decode; only servers write events, so there is no encode. */
class BinlogVectorsTest {
    private static final BinlogLimits LIMITS = new BinlogLimits(1 << 20, 10, 100);
    private static final int BODY_INDEX = 1 + 19;
    private static final int EVENT_BYTES_INDEX = 1 + 9;

    static List<Vector> vectors() {
        return Vector.load("binlog.vectors");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void decodesToItsFields(Vector vector) {
        check(vector, stream(vector).read(Unpooled.wrappedBuffer(vector.bytes())));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void decodesToItsFieldsOutOfAPacketThatComesAtOnceOrByteByByte(Vector vector) {
        ByteBuf packet = Unpooled.buffer();
        PacketEncoder.write(packet, 0, Unpooled.wrappedBuffer(vector.bytes()));
        int length = packet.readableBytes();
        for (int pieceBytes : new int[] {length, 1}) {
            try (PacketDecoder decoder = new PacketDecoder(
                    UnpooledByteBufAllocator.DEFAULT, 1 << 20, SequenceMode.CONTINUE, Reservation.UNLIMITED)) {
                ByteBuf payload = null;
                for (int from = 0; from < length; from += pieceBytes) {
                    payload = decoder.decode(packet.slice(from, pieceBytes));
                }
                check(vector, stream(vector).read(payload));
                payload.release();
            }
        }
        packet.release();
    }

    /** What is cut off, with a length and a checksum that fit what is left, is an event or a ProtocolException. */
    @ParameterizedTest
    @MethodSource("vectors")
    void givesAnEventOrAProtocolExceptionAtEveryPrefix(Vector vector) {
        byte[] bytes = vector.bytes();
        for (int length = 0; length < bytes.length; length++) {
            ByteBuf payload = Unpooled.buffer().writeBytes(bytes, 0, length);
            if (length >= BODY_INDEX && bytes[0] == 0) {
                payload.setIntLE(EVENT_BYTES_INDEX, length - 1 + 4);
                CRC32 crc = new CRC32();
                crc.update(payload.nioBuffer(1, length - 1));
                payload.writeIntLE((int) crc.getValue());
            }
            try {
                BinlogPacket packet = stream(vector).read(payload);
                if (packet instanceof BinlogPacket.Entry entry && entry.event() instanceof RowsEvent rows) {
                    rows.forEach(row -> assertThat(row).isNotNull());
                }
            } catch (ProtocolException expected) {
                assertThat(expected.errno()).isPositive();
            }
            payload.release();
        }
    }

    private static BinlogStream stream(Vector vector) {
        Map<String, Vector> byName = vectors().stream().collect(Collectors.toMap(Vector::name, Function.identity()));
        BinlogStream stream = new BinlogStream(vector.capabilities(), LIMITS);
        for (String name : vector.after()) {
            stream.read(Unpooled.wrappedBuffer(byName.get(name).bytes()));
        }
        return stream;
    }

    private static void check(Vector vector, BinlogPacket packet) {
        Object said = packet instanceof BinlogPacket.Entry entry ? entry.event() : packet;
        assertThat(said.getClass().getSimpleName()).isEqualTo(vector.message());
        assertThat(said instanceof TransactionPayloadEvent payload ? summary(payload) : said.toString())
                .isEqualTo(vector.fields());
        assertThat(said instanceof RowsEvent rows ? rows(rows) : null).isEqualTo(vector.rows());
    }

    /** A transaction has too many events for one line of all their fields. */
    private static String summary(TransactionPayloadEvent payload) {
        return payload.events().stream().map(entry -> summary(entry.event())).collect(Collectors.joining("; "));
    }

    private static String summary(BinlogEvent event) {
        if (event instanceof QueryEvent query) {
            return query.statementText();
        } else if (event instanceof RowsQueryEvent query) {
            return query.statementText();
        } else if (event instanceof TableMapEvent map) {
            return "table " + map.schema() + "." + map.table();
        } else if (event instanceof RowsEvent rows) {
            return rows(rows);
        }
        return event instanceof XidEvent ? "commit" : event.toString();
    }

    private static String rows(RowsEvent event) {
        StringBuilder text = new StringBuilder();
        for (RowChange row : event) {
            text.append(text.isEmpty() ? "" : "; ")
                    .append(values(row.before()))
                    .append(" -> ")
                    .append(values(row.after()));
        }
        return text.toString();
    }

    private static List<String> values(List<ColumnValue> values) {
        return values.stream()
                .map(value -> value == ColumnValue.NULL ? "NULL" : value.text())
                .toList();
    }
}
