// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.binlog.BinlogEvent;
import com.workersql.protocol.binlog.BinlogLimits;
import com.workersql.protocol.binlog.BinlogPacket;
import com.workersql.protocol.binlog.BinlogStream;
import com.workersql.protocol.message.client.ClientMessage;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ServerMessage;
import com.workersql.protocol.message.server.SessionTrack;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
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
