// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ServerSession;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class ForwardingAllocationTest {
    private static final int ROWS_PER_READ = 512;
    private static final int READS = 1_000;

    @Test
    void forwardingRowsAllocatesPerReadAndNotPerRow() {
        var capabilities =
                new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_DEPRECATE_EOF);
        var greeting =
                new HandshakeV10("test", 1, Bytes.of(new byte[20]), capabilities, 45, 2, "mysql_native_password");
        var channel = new EmbeddedChannel();
        var connection = new BackendConnection(
                CoreFixture.KEY_A,
                PoolConfig.builder().build(),
                PoolListener.NONE,
                channel,
                new ServerSession(greeting, capabilities, Ok.of(2), false));
        channel.pipeline().addLast(connection);
        var counter = new Counter();
        connection.execute(
                new Command(ReplyKind.QUERY, counter, null, 0),
                Unpooled.buffer().writeInt(0),
                true);
        // One column, whose definition the scanner does not look into.
        var start = Unpooled.buffer()
                .writeIntLE(1 | 1 << 24)
                .writeByte(1)
                .writeIntLE(8 | 2 << 24)
                .writeZero(8);
        channel.writeInbound(start);
        var reads = new ByteBuf[READS];
        int sequence = 3;
        for (int i = 0; i < READS; i++) {
            reads[i] = Unpooled.buffer();
            for (int r = 0; r < ROWS_PER_READ; r++) {
                reads[i].writeIntLE(11 | (sequence++ & 0xFF) << 24)
                        .writeByte(10)
                        .writeZero(10);
            }
        }
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();

        long before = threads.getThreadAllocatedBytes(thread);
        for (var read : reads) {
            channel.writeInbound(read);
        }
        long allocated = threads.getThreadAllocatedBytes(thread) - before;

        assertThat(counter.bytes).isEqualTo(12 + READS * ROWS_PER_READ * 15L);
        // Leak detection of the tests makes slices dear; a row still costs next to nothing.
        assertThat(allocated / ((double) READS * ROWS_PER_READ)).isLessThan(8);
        channel.finishAndReleaseAll();
    }

    private static final class Counter implements ReplyListener {
        long bytes;

        @Override
        public void onForward(ByteBuf slice) {
            bytes += slice.readableBytes();
            slice.release();
        }

        @Override
        public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {}

        @Override
        public void onComplete(ReplyStatus status) {}

        @Override
        public void onBroken(BrokenConnectionException e) {}
    }
}
