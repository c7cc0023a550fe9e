// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.ReplyListener;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.session.ControlPacket;
import io.netty.buffer.ByteBuf;
import java.util.function.BiConsumer;

/** Hears only how a command ended. */
class StatusListener implements ReplyListener {
    private final BiConsumer<ReplyStatus, BrokenConnectionException> done;

    StatusListener(BiConsumer<ReplyStatus, BrokenConnectionException> done) {
        this.done = done;
    }

    @Override
    public void onForward(ByteBuf slice) {
        slice.release();
    }

    @Override
    public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {}

    @Override
    public void onComplete(ReplyStatus status) {
        done.accept(status, null);
    }

    @Override
    public void onBroken(BrokenConnectionException e) {
        done.accept(null, e);
    }
}
