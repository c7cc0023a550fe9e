// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.vectors.MessageCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;

/** What is decoded, written and decoded again is the same message: it is written to the same bytes. */
final class StableMessage {
    private StableMessage() {}

    /** Decodes a payload, and checks that its message is stable. */
    static Object check(String message, ByteBuf payload, CapabilityFlags capabilities, ByteBufAllocator allocator) {
        Object decoded = MessageCodec.decode(message, payload, capabilities);
        ByteBuf once = allocator.buffer();
        ByteBuf twice = allocator.buffer();
        try {
            MessageCodec.encode(decoded, once, capabilities);
            Object again = MessageCodec.decode(message, once.duplicate(), capabilities);
            MessageCodec.encode(again, twice, capabilities);
            assertThat(again.getClass()).isEqualTo(decoded.getClass());
            assertThat(ByteBufUtil.hexDump(twice)).isEqualTo(ByteBufUtil.hexDump(once));
        } finally {
            once.release();
            twice.release();
        }
        return decoded;
    }
}
