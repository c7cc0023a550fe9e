// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.session.ControlPacket;
import io.netty.buffer.ByteBuf;
import java.util.function.BiConsumer;

/** Takes the reply of a command of the pool's own, of which only the end matters. */
final class InternalListener implements ReplyListener {
    private final BiConsumer<ReplyStatus, BrokenConnectionException> onEnd;

    /**
     * @param onEnd gets one of the two, the other is null
     */
    InternalListener(BiConsumer<ReplyStatus, BrokenConnectionException> onEnd) {
        this.onEnd = onEnd;
    }

    @Override
    public void onForward(ByteBuf slice) {
        slice.release();
    }

    @Override
    public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {}

    @Override
    public void onComplete(ReplyStatus status) {
        onEnd.accept(status, null);
    }

    @Override
    public void onBroken(BrokenConnectionException e) {
        onEnd.accept(null, e);
    }
}
