// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events that real servers wrote, with what these servers' own SELECT said of the rows. */
class RecordedBinlogTest {
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41);

    private record Recording(List<byte[]> events, List<String> values) {
        static Recording load(String name) throws IOException {
            List<byte[]> events = new ArrayList<>();
            List<String> values = new ArrayList<>();
            try (InputStream in = RecordedBinlogTest.class.getResourceAsStream(name)) {
                for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1)) {
                    if (line.startsWith("event: ")) {
                        events.add(ByteBufUtil.decodeHexDump(line.substring(7)));
                    } else if (line.startsWith("value: ")) {
                        values.add(line.substring(7));
                    }
                }
            }
            return new Recording(events, values);
        }
    }

    @ParameterizedTest
    @CsvSource({"mysql-9.7.binlog, false", "mariadb-11.4.binlog, true"})
    void isWhatTheServerSays(String name, boolean isMariaDb) throws IOException {
        Recording recording = Recording.load(name);
        BinlogStream stream = new BinlogStream(CAPABILITIES, BinlogLimits.DEFAULT);
        List<LoggedTypes.Type> types = LoggedTypes.small(isMariaDb);
        List<String> values = new ArrayList<>();
        List<RowsEvent.Kind> kinds = new ArrayList<>();
        for (byte[] event : recording.events) {
            BinlogPacket packet = stream.read(Unpooled.wrappedBuffer(event));
            for (RowsEvent rows : rows(((BinlogPacket.Entry) packet).event())) {
                kinds.add(rows.kind());
                if (rows.kind() == RowsEvent.Kind.WRITE) {
                    rows.forEach(change -> values.addAll(FollowedServer.texts(change.after(), types)));
                }
            }
        }
        assertThat(values).isEqualTo(recording.values);
        assertThat(kinds).contains(RowsEvent.Kind.WRITE, RowsEvent.Kind.UPDATE, RowsEvent.Kind.DELETE);
    }

    /** P2, P4: what is cut off is an event or a ProtocolException, nothing else; so is what has another byte anywhere. */
    @ParameterizedTest
    @CsvSource({"mysql-9.7.binlog, 1", "mariadb-11.4.binlog, 2"})
    void refusesWhatIsBrokenWithAProtocolException(String name, long seed) throws IOException {
        Random random = new Random(seed);
        Recording recording = Recording.load(name);
        for (int i = 0; i < recording.events.size(); i++) {
            byte[] event = recording.events.get(i);
            for (int length = EventHeader.BYTES; length < event.length - 1; length += 1 + event.length / 2000) {
                EventDecoder decoder = upTo(recording, i);
                decode(decoder, event, length);
            }
            int rounds = Math.min(event.length, 300) * 4;
            for (int round = 0; round < rounds; round++) {
                byte[] changed = event.clone();
                int at = 1 + EventHeader.BYTES + random.nextInt(Math.max(1, event.length - 1 - EventHeader.BYTES));
                changed[Math.min(at, event.length - 1)] = (byte) (random.nextBoolean() ? random.nextInt(256) : 0xFF);
                decode(upTo(recording, i), changed, event.length - 1);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"mysql-9.7.binlog", "mariadb-11.4.binlog"})
    void refusesAnEventWhoseChecksumDoesNotFit(String name) throws IOException {
        Recording recording = Recording.load(name);
        BinlogStream stream = new BinlogStream(CAPABILITIES, BinlogLimits.DEFAULT);
        stream.read(Unpooled.wrappedBuffer(recording.events.get(0)));
        stream.read(Unpooled.wrappedBuffer(recording.events.get(1)));
        byte[] event = recording.events.get(2);
        event[event.length / 2] ^= 1;
        assertThatThrownBy(() -> stream.read(Unpooled.wrappedBuffer(event)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("checksum");
    }

    private static List<RowsEvent> rows(BinlogEvent event) {
        if (event instanceof TransactionPayloadEvent payload) {
            return payload.events().stream()
                    .flatMap(inner -> rows(inner.event()).stream())
                    .toList();
        }
        return event instanceof RowsEvent rows ? List.of(rows) : List.of();
    }

    /** A decoder that knows the format and the table map in front of an event. */
    private static EventDecoder upTo(Recording recording, int index) {
        EventDecoder decoder = new EventDecoder(new BinlogLimits(1 << 20, 10, 100));
        int from = Math.max(0, index - 2);
        for (int i = 0; i < index; i++) {
            ByteBuf in = Unpooled.wrappedBuffer(recording.events.get(i)).skipBytes(1);
            EventHeader header = EventHeader.decode(in);
            ByteBuf body = in.readSlice(in.readableBytes() - Checksum.BYTES);
            if (header.type() == EventType.FORMAT_DESCRIPTION) {
                decoder.begin(FormatDescriptionEvent.decode(body, true));
            } else if (i >= from && header.type() == EventType.TABLE_MAP) {
                decoder.decode(header, body);
            }
        }
        return decoder;
    }

    private static void decode(EventDecoder decoder, byte[] event, int length) {
        ByteBuf in = Unpooled.wrappedBuffer(event, 1, length);
        EventHeader header = EventHeader.decode(in);
        try {
            if (header.type() == EventType.FORMAT_DESCRIPTION) {
                FormatDescriptionEvent.decode(in, true);
            } else {
                for (RowsEvent rows : rows(decoder.decode(header, in))) {
                    for (RowChange change : rows) {
                        assertThat(change.before().size() + change.after().size())
                                .isPositive();
                    }
                }
            }
        } catch (ProtocolException expected) {
            assertThat(expected.errno()).isPositive();
        }
    }
}
