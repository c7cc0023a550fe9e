// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.ClientMessage;
import com.workersql.protocol.message.server.ServerMessage;
import com.workersql.protocol.vectors.MessageCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple2;
import net.jqwik.api.lifecycle.AfterContainer;

/** What is written is read as the same message, whatever it is and whatever was agreed on. */
class MessagesPropertyTest {
    private static final Set<Class<?>> SEEN = new HashSet<>();

    @Property
    void whatAServerWritesIsReadTheSame(@ForAll("serverMessages") Tuple2<CapabilityFlags, ServerMessage> told) {
        check(told.get2().getClass().getSimpleName(), told.get2(), told.get1());
    }

    @Property
    void whatAClientWritesIsReadTheSame(@ForAll("clientMessages") Tuple2<CapabilityFlags, ClientMessage> told) {
        boolean command = told.get2() instanceof ClientCommand;
        check(command ? "ClientCommand" : told.get2().getClass().getSimpleName(), told.get2(), told.get1());
    }

    /** With fewer tries than these are not all there is. */
    @AfterContainer
    static void eachMessageWasTried() {
        assertThat(SEEN).hasSizeGreaterThanOrEqualTo(25);
    }

    private static void check(String message, Object written, CapabilityFlags capabilities) {
        SEEN.add(written.getClass());
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
        ByteBuf out = allocator.buffer();
        MessageCodec.encode(written, out, capabilities);
        assertThat(MessageCodec.decode(message, out, capabilities)).isEqualTo(written);
        assertThat(out.isReadable()).isFalse();
        out.release();
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    /**
     * One for each capabilities: the library keeps what it has made of each arbitrary. Borders are among the fields themselves, since those of
     * all fields together are millions.
     */
    private static final Map<CapabilityFlags, Arbitrary<Tuple2<CapabilityFlags, ServerMessage>>> OF_SERVER =
            new HashMap<>();

    private static final Map<CapabilityFlags, Arbitrary<Tuple2<CapabilityFlags, ClientMessage>>> OF_CLIENT =
            new HashMap<>();

    @Provide
    Arbitrary<Tuple2<CapabilityFlags, ServerMessage>> serverMessages() {
        return capabilities()
                .flatMap(flags -> OF_SERVER.computeIfAbsent(
                        flags,
                        agreed -> ServerMessages.under(agreed)
                                .map(message -> Tuple.of(agreed, (ServerMessage) message))
                                .withoutEdgeCases()));
    }

    @Provide
    Arbitrary<Tuple2<CapabilityFlags, ClientMessage>> clientMessages() {
        return capabilities()
                .flatMap(flags -> OF_CLIENT.computeIfAbsent(
                        flags,
                        agreed -> ClientMessages.under(agreed)
                                .map(message -> Tuple.of(agreed, (ClientMessage) message))
                                .withoutEdgeCases()));
    }

    /** With and without each that matters to a message; those of the handshake say their own. */
    private static Arbitrary<CapabilityFlags> capabilities() {
        long[] optional = {
            CapabilityFlags.CLIENT_TRANSACTIONS,
            CapabilityFlags.CLIENT_SESSION_TRACK,
            CapabilityFlags.CLIENT_PLUGIN_AUTH,
            CapabilityFlags.CLIENT_CONNECT_ATTRS,
            CapabilityFlags.CLIENT_QUERY_ATTRIBUTES,
            CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA,
            CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA,
            CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA
        };
        return Arbitraries.integers().between(0, (1 << optional.length) - 1).map(choice -> {
            long flags = CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_SECURE_CONNECTION;
            for (int i = 0; i < optional.length; i++) {
                flags |= (choice & 1 << i) == 0 ? 0 : optional[i];
            }
            return new CapabilityFlags(flags);
        });
    }
}
