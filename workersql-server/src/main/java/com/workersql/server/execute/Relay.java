// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyListener;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.session.ControlPacket;
import io.netty.buffer.ByteBuf;

/** Carries one reply of a shard to its target, and tells the executor how it ended. Confined to the session's event loop. */
final class Relay implements ReplyListener, ReplyTarget.Relay {
    private final PooledConnection connection;
    private final ReplyTarget target;
    private final Ending ending;
    private boolean began;

    /** What happens when the reply has ended, before the target hears of it. */
    interface Ending {
        /** The reply is complete; bookkeeping and release come before the door can send the next command. */
        void completed(ReplyStatus status);

        /** The connection is gone. */
        void broken(BrokenConnectionException cause, boolean bytesLeft);
    }

    Relay(PooledConnection connection, ReplyTarget target, Ending ending) {
        this.connection = connection;
        this.target = target;
        this.ending = ending;
    }

    @Override
    public void onForward(ByteBuf packets) {
        begin();
        target.forward(packets);
    }

    @Override
    public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {
        begin();
        target.control(kind, sequenceId, payload);
    }

    @Override
    public void onComplete(ReplyStatus status) {
        ending.completed(status);
        target.completed(status);
    }

    @Override
    public void onBroken(BrokenConnectionException cause) {
        ending.broken(cause, began);
    }

    @Override
    public void reading(boolean reading) {
        connection.setAutoRead(reading);
    }

    private void begin() {
        if (!began) {
            began = true;
            target.begin(connection.capabilities(), this);
        }
    }
}
