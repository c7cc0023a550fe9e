// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplyReader;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.function.BiConsumer;

/** Reads the first row of a question of the pool's own, as text. A server that refuses it, or answers by much more, tells nothing. */
final class FirstRow implements ReplyListener {
    private static final int MAX_BYTES = 4096;

    private final ResultCollector collector;
    private final ReplyReader reader = new ReplyReader(MAX_BYTES);
    private final BiConsumer<List<String>, BrokenConnectionException> done;
    private boolean unreadable;

    /**
     * @param done hears the values, which are null when the server told none, or why there is no answer
     */
    FirstRow(
            Endpoint endpoint, CapabilityFlags capabilities, BiConsumer<List<String>, BrokenConnectionException> done) {
        this.collector = new ResultCollector(endpoint, 1, MAX_BYTES);
        this.done = done;
        reader.begin(ReplyKind.QUERY, capabilities, collector);
    }

    @Override
    public void onForward(ByteBuf slice) {
        try {
            read(() -> reader.forward(slice, slice.readerIndex(), slice.readableBytes()));
        } finally {
            slice.release();
        }
    }

    @Override
    public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {
        read(() -> reader.control(kind, sequenceId, payload));
    }

    private void read(Runnable step) {
        if (!unreadable) {
            try {
                step.run();
            } catch (PoolException | ProtocolException e) {
                unreadable = true;
            }
        }
    }

    @Override
    public void onComplete(ReplyStatus status) {
        reader.close();
        var rows = collector.result(status).rows();
        boolean told = !unreadable && !status.isError() && !rows.isEmpty();
        done.accept(told ? rows.get(0).stream().map(String::valueOf).toList() : null, null);
    }

    @Override
    public void onBroken(BrokenConnectionException e) {
        reader.close();
        done.accept(null, e);
    }
}
