// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.stream.Stream;

/**
 * A family of decoders that is run on any bytes. The first bytes of an input choose what is agreed on, where the stream is cut and
 * the like; the rest is what the peer says.
 */
public interface FuzzTarget {
    /**
     * Reads what the peer says to its end, and checks what is known of any outcome.
     *
     * @param in heap buffer; stays the caller's
     * @param allocator for every buffer that is made
     * @throws ProtocolException nothing else
     */
    void decode(ByteBuf in, ByteBufAllocator allocator);

    /** Inputs that lead far into the decoders. */
    Stream<byte[]> seeds();

    /** What may be allocated for an input, whatever lengths it declares: what the test itself needs, and objects per byte. */
    default long allocationBytes(int inputBytes) {
        return (4 << 20) + 1024L * inputBytes;
    }

    /** Runs the target on an input: only {@link ProtocolException} out, nothing leaked, nothing large allocated. */
    default void run(byte[] input) {
        long bytes = measure(input);
        if (bytes > allocationBytes(input.length)) {
            // The first run of some code loads its classes.
            bytes = measure(input);
        }
        assertThat(bytes)
                .as("bytes allocated for an input of %d bytes", input.length)
                .isLessThanOrEqualTo(allocationBytes(input.length));
    }

    private long measure(byte[] input) {
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
        long allocated = Allocations.of(() -> {
            try {
                decode(Unpooled.wrappedBuffer(input.clone()), allocator);
            } catch (ProtocolException expected) {
                assertThat(expected.errno()).isPositive();
                assertThat(expected.sqlState()).hasSize(5);
            }
        });
        assertThat(allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory())
                .as("bytes of buffers that nobody released")
                .isZero();
        return allocated;
    }
}
