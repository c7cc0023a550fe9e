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
import java.util.HashSet;
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

    @Provide
    Arbitrary<Tuple2<CapabilityFlags, ServerMessage>> serverMessages() {
        return capabilities()
                .flatMap(flags -> ServerMessages.under(flags).map(message -> Tuple.of(flags, (ServerMessage) message)));
    }

    @Provide
    Arbitrary<Tuple2<CapabilityFlags, ClientMessage>> clientMessages() {
        return capabilities()
                .flatMap(flags -> ClientMessages.under(flags).map(message -> Tuple.of(flags, (ClientMessage) message)));
    }

    /** Any that hold the protocol of 4.1 and its authentication, the only ones that are spoken. */
    private static Arbitrary<CapabilityFlags> capabilities() {
        return Arbitraries.longs()
                .map(bits -> new CapabilityFlags(bits)
                        .with(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_SECURE_CONNECTION));
    }
}
