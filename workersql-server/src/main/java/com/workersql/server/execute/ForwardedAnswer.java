// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.ReplyListener;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.session.ControlPacket;
import io.netty.buffer.ByteBuf;

/** Passes what a shard sends on to another listener; a subclass steps in where the client is to be told something else. */
abstract class ForwardedAnswer implements ReplyListener {
    private final ReplyListener listener;

    ForwardedAnswer(ReplyListener listener) {
        this.listener = listener;
    }

    @Override
    public final boolean answersFileRequests() {
        return listener.answersFileRequests();
    }

    @Override
    public final void onForward(ByteBuf slice) {
        listener.onForward(slice);
    }

    @Override
    public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {
        listener.onControl(kind, sequenceId, payload);
    }

    @Override
    public void onComplete(ReplyStatus status) {
        listener.onComplete(status);
    }

    @Override
    public final void onBroken(BrokenConnectionException e) {
        listener.onBroken(e);
    }
}
