// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.error.GatewayError;
import com.workersql.server.execute.ReplyTarget.ClientFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class IncomingFileTest {
    private final EmbeddedChannel client = new EmbeddedChannel();
    private final ArrayDeque<Promise<Void>> unsent = new ArrayDeque<>();
    private final List<String> events = new ArrayList<>();
    private long sentBytes;

    private final class Shard implements ClientFile {
        @Override
        public Future<Void> send(ByteBuf packets) {
            sentBytes += packets.readableBytes();
            packets.release();
            Promise<Void> promise = client.eventLoop().newPromise();
            unsent.add(promise);
            return promise;
        }

        @Override
        public void ended() {
            events.add("ended");
        }

        @Override
        public void abort(GatewayError error) {
            events.add("aborted " + error.errno());
        }
    }

    private void open(long maxBytes) {
        client.pipeline().addLast(new IncomingFile(new Shard(), maxBytes, 1, id -> events.add("client " + id)));
    }

    private static ByteBuf packet(int sequenceId, int length) {
        return Unpooled.buffer(4 + length)
                .writeMediumLE(length)
                .writeByte(sequenceId)
                .writeZero(length);
    }

    @Test
    void readsNoFasterThanTheShardTakes() {
        open(Long.MAX_VALUE);
        int packets = 0;
        while (client.config().isAutoRead()) {
            client.writeInbound(packet(2 + packets++, 16_000));
            assertThat(sentBytes).isLessThan(IncomingFile.MAX_UNSENT_BYTES + 20_000L);
        }
        assertThat(sentBytes).isGreaterThanOrEqualTo(IncomingFile.MAX_UNSENT_BYTES);

        unsent.poll().setSuccess(null);
        client.runPendingTasks();

        assertThat(client.config().isAutoRead()).isTrue();
        client.finishAndReleaseAll();
    }

    @Test
    void leavesBehindTheFileWithTheNextCommandInHand() {
        open(100);
        client.writeInbound(Unpooled.wrappedBuffer(packet(7, 3), packet(8, 0), packet(0, 1)));

        assertThat(events).containsExactly("ended", "client 8");
        assertThat(client.pipeline().get(IncomingFile.class)).isNull();
        ByteBuf command = client.readInbound();
        assertThat(command.readableBytes()).isEqualTo(5);
        command.release();
        client.finishAndReleaseAll();
    }

    @Test
    void givesALongerFileUpAndCloses() {
        open(5);
        client.writeInbound(packet(2, 5));
        assertThat(client.isOpen()).isTrue();
        client.writeInbound(packet(3, 1));

        assertThat(events).containsExactly("client 3", "aborted 1153");
        client.runPendingTasks();
        assertThat(client.isOpen()).isFalse();
        client.finishAndReleaseAll();
    }
}
