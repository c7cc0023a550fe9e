// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class ResponseScannerAllocationTest {
    private long forwardedBytes;

    private final ReplySink sink = new ReplySink() {
        @Override
        public void forward(ByteBuf in, int index, int length) {
            forwardedBytes += length;
        }

        @Override
        public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {}
    };

    @Test
    void allocatesNothingForRows() {
        ResponseScanner scanner = new ResponseScanner();
        scanner.begin(ReplyKind.QUERY, ReplyBytes.DEPRECATE_EOF);
        ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.DEPRECATE_EOF);
        scanner.scan(Unpooled.wrappedBuffer(reply.columnCount(1).metadata(1, 2).bytes()), sink);
        // 256 rows, so that the sequence ids fit again in front of the first one.
        ReplyBytes rows = new ReplyBytes(ReplyKind.FETCH, ReplyBytes.DEPRECATE_EOF);
        for (int i = 0; i < 256; i++) {
            rows.textRow("value " + i);
        }
        byte[] bytes = rows.bytes();
        for (int at = 3, i = 0; i < 256; i++) {
            bytes[at] = (byte) (i + 3);
            at += 4 + (bytes[at - 3] & 0xFF);
        }
        // Cut into two inputs at a place inside a packet.
        ByteBuf first = Unpooled.wrappedBuffer(bytes, 0, 1001);
        ByteBuf second = Unpooled.wrappedBuffer(bytes, 1001, bytes.length - 1001);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long allocated = Long.MAX_VALUE;
        // The compiler may allocate on this thread at first; one round without allocation is the proof.
        for (int round = 0; round < 200 && allocated > 0; round++) {
            long before = threads.getThreadAllocatedBytes(thread);
            long nothing = threads.getThreadAllocatedBytes(thread) - before;
            for (int i = 0; i < 100; i++) {
                scanner.scan(first, sink);
                scanner.scan(second, sink);
                first.readerIndex(0);
                second.readerIndex(0);
            }
            allocated = threads.getThreadAllocatedBytes(thread) - before - 2 * nothing;
        }
        assertThat(forwardedBytes).isGreaterThan(bytes.length);
        assertThat(allocated).isLessThanOrEqualTo(0);
    }

    @Test
    void allocatesNothingForAWholeReply() {
        ResponseScanner scanner = new ResponseScanner();
        byte[] bytes = new ReplyBytes(ReplyKind.QUERY, ReplyBytes.CLASSIC)
                .columnCount(1)
                .metadata(1, 2)
                .textRow("value")
                .end(2)
                .bytes();
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 200 && allocated > 0; round++) {
            long before = threads.getThreadAllocatedBytes(thread);
            long nothing = threads.getThreadAllocatedBytes(thread) - before;
            for (int i = 0; i < 100; i++) {
                scanner.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC);
                scanner.scan(in, sink);
                in.readerIndex(0);
            }
            allocated = threads.getThreadAllocatedBytes(thread) - before - 2 * nothing;
        }
        assertThat(scanner.isDone()).isTrue();
        assertThat(allocated).isLessThanOrEqualTo(0);
    }
}
