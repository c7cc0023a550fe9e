// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.binlog.BinlogEvent;
import com.workersql.protocol.binlog.BinlogLimits;
import com.workersql.protocol.binlog.BinlogPacket;
import com.workersql.protocol.binlog.BinlogStream;
import com.workersql.protocol.binlog.EventType;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.ClientMessage;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.message.server.ColumnCount;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ServerMessage;
import com.workersql.protocol.message.server.SessionTrack;
import com.workersql.protocol.message.server.StmtPrepareOk;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A message that is added to the library is added to the vectors, or this fails. */
class VectorCoverageTest {
    @Test
    void eachMessageOfBothSidesHasAVector() {
        Set<Class<?>> seen = new HashSet<>();
        for (Vector vector : Vector.load("messages.vectors")) {
            Object message = MessageCodec.decode(
                    vector.message(), Unpooled.wrappedBuffer(vector.bytes()), vector.capabilities());
            seen.add(message.getClass());
            if (message instanceof Ok ok) {
                ok.changes().forEach(change -> seen.add(change.getClass()));
            }
        }
        assertThat(without(seen, ServerMessage.class, ClientMessage.class, SessionTrack.class))
                .as("messages without a vector")
                .isEmpty();
    }

    /** The capabilities that add a field to a message, or change its form. */
    private static final Map<Class<?>, List<Long>> FIELDS = Map.ofEntries(
            Map.entry(
                    HandshakeV10.class,
                    List.of(CapabilityFlags.CLIENT_LONG_PASSWORD, CapabilityFlags.CLIENT_PLUGIN_AUTH)),
            Map.entry(SslRequest.class, List.of(CapabilityFlags.CLIENT_LONG_PASSWORD)),
            Map.entry(
                    HandshakeResponse41.class,
                    List.of(
                            CapabilityFlags.CLIENT_LONG_PASSWORD,
                            CapabilityFlags.CLIENT_CONNECT_WITH_DB,
                            CapabilityFlags.CLIENT_SECURE_CONNECTION,
                            CapabilityFlags.CLIENT_PLUGIN_AUTH,
                            CapabilityFlags.CLIENT_CONNECT_ATTRS,
                            CapabilityFlags.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA,
                            CapabilityFlags.CLIENT_ZSTD_COMPRESSION_ALGORITHM)),
            Map.entry(
                    Ok.class,
                    List.of(
                            CapabilityFlags.CLIENT_PROTOCOL_41,
                            CapabilityFlags.CLIENT_TRANSACTIONS,
                            CapabilityFlags.CLIENT_SESSION_TRACK)),
            Map.entry(Err.class, List.of(CapabilityFlags.CLIENT_PROTOCOL_41)),
            Map.entry(Eof.class, List.of(CapabilityFlags.CLIENT_PROTOCOL_41)),
            Map.entry(StmtPrepareOk.class, List.of(CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA)),
            Map.entry(
                    ColumnCount.class,
                    List.of(
                            CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA,
                            CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA)),
            Map.entry(ColumnDefinition.class, List.of(CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA)),
            Map.entry(
                    ChangeUser.class,
                    List.of(
                            CapabilityFlags.CLIENT_SECURE_CONNECTION,
                            CapabilityFlags.CLIENT_PLUGIN_AUTH,
                            CapabilityFlags.CLIENT_CONNECT_ATTRS)),
            Map.entry(Query.class, List.of(CapabilityFlags.CLIENT_QUERY_ATTRIBUTES)),
            Map.entry(StmtExecute.class, List.of(CapabilityFlags.CLIENT_QUERY_ATTRIBUTES)));

    /** One with the capability and one without. */
    @Test
    void eachCapabilityOfAMessageHasAVectorEitherWay() {
        Map<Class<?>, List<CapabilityFlags>> seen = new HashMap<>();
        for (Vector vector : Vector.load("messages.vectors")) {
            Object message = MessageCodec.decode(
                    vector.message(), Unpooled.wrappedBuffer(vector.bytes()), vector.capabilities());
            seen.computeIfAbsent(message.getClass(), type -> new ArrayList<>())
                    .add(ownCapabilities(message, vector.capabilities()));
        }
        FIELDS.forEach((type, flags) ->
                flags.forEach(flag -> assertThat(seen.get(type).stream().map(capabilities -> capabilities.has(flag)))
                        .as("%s, with and without the capability 0x%x", type.getSimpleName(), flag)
                        .contains(true, false)));
    }

    /** Those of the handshake say themselves what counts for them. */
    private static CapabilityFlags ownCapabilities(Object message, CapabilityFlags agreed) {
        if (message instanceof HandshakeV10 greeting) {
            return greeting.capabilities();
        } else if (message instanceof SslRequest request) {
            return request.capabilities();
        }
        return message instanceof HandshakeResponse41 response ? response.capabilities() : agreed;
    }

    @Test
    void eachEventOfTheBinlogHasAVector() {
        Map<String, Vector> byName = new HashMap<>();
        Set<Class<?>> seen = new HashSet<>();
        for (Vector vector : Vector.load("binlog.vectors")) {
            byName.put(vector.name(), vector);
            BinlogStream stream = new BinlogStream(vector.capabilities(), BinlogLimits.DEFAULT);
            vector.after()
                    .forEach(name ->
                            stream.read(Unpooled.wrappedBuffer(byName.get(name).bytes())));
            BinlogPacket packet = stream.read(Unpooled.wrappedBuffer(vector.bytes()));
            seen.add(packet.getClass());
            if (packet instanceof BinlogPacket.Entry entry) {
                seen.add(entry.event().getClass());
            }
        }
        assertThat(without(seen, BinlogPacket.class, BinlogEvent.class))
                .as("events without a vector")
                .isEmpty();
    }

    /** Two types are long, and are in what was recorded of a server instead. */
    @Test
    void eachTypeOfEventIsAmongTheVectorsAndRecordings() throws IOException {
        Set<EventType> seen = EnumSet.of(EventType.OTHER);
        for (Vector vector : Vector.load("binlog.vectors")) {
            seen.add(typeOf(vector.bytes()));
        }
        try (InputStream in = BinlogEvent.class.getResourceAsStream("mysql-9.7.binlog")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("event: "))
                    .forEach(line -> seen.add(typeOf(ByteBufUtil.decodeHexDump(line.substring(7)))));
        }
        assertThat(seen).contains(EventType.values());
    }

    private static EventType typeOf(byte[] payload) {
        return payload[0] == 0 ? EventType.of(payload[5]) : EventType.OTHER;
    }

    @Test
    void eachNameIsThereOnce() {
        List<String> names = Stream.of("messages.vectors", "binlog.vectors")
                .flatMap(file -> Vector.load(file).stream())
                .map(Vector::name)
                .toList();
        assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(100);
    }

    private static List<Class<?>> without(Set<Class<?>> seen, Class<?>... families) {
        List<Class<?>> missing = new ArrayList<>();
        for (Class<?> family : families) {
            leaves(family, missing);
        }
        missing.removeAll(seen);
        return missing;
    }

    private static void leaves(Class<?> type, List<Class<?>> into) {
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                leaves(permitted, into);
            }
        } else {
            into.add(type);
        }
    }
}
