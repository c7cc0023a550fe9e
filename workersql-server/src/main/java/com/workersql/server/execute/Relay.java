// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyListener;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;

/** Carries one reply of a shard to its target, and tells the executor how it ended. Confined to the session's event loop. */
final class Relay implements ReplyListener, ReplyTarget.Relay {
    private final PooledConnection connection;
    private final ReplyTarget target;
    private final Ending ending;
    private boolean began;
    private boolean stopped;
    private byte[] error;
    private int errorSequenceId;

    /** What happens when the reply has ended, before the target hears of it. */
    interface Ending {
        /** The reply is complete; bookkeeping and release come before the door can send the next command. */
        void completed(ReplyStatus status);

        /**
         * The reply ends by the shard's error, of which the target has not heard yet.
         *
         * @param began whether the target has got a part of the reply
         * @return true when the ending does all that is left to do; false to pass the error on as any reply
         */
        boolean errored(ReplyStatus status, boolean began);

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
        if (stopped) {
            packets.release();
            return;
        }
        begin();
        target.forward(packets);
    }

    @Override
    public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {
        if (stopped) {
            return;
        }
        if (kind == ControlPacket.ERR) {
            // Kept back until its end is known: the statement may be repeated, or the error told in another way.
            error = ByteBufUtil.getBytes(payload);
            errorSequenceId = sequenceId;
            return;
        }
        begin();
        target.control(kind, sequenceId, payload);
    }

    @Override
    public void onComplete(ReplyStatus status) {
        if (stopped || (error != null && ending.errored(status, began))) {
            return;
        }
        if (error != null) {
            begin();
            target.control(ControlPacket.ERR, errorSequenceId, Unpooled.wrappedBuffer(error));
        }
        ending.completed(status);
        target.completed(status);
    }

    @Override
    public void onBroken(BrokenConnectionException cause) {
        if (!stopped) {
            ending.broken(cause, began);
        }
    }

    /** Passes another error on than the shard's, in its place, where a part of the reply has left already. */
    void replaceError(GatewayError instead) {
        var payload = Unpooled.buffer();
        new Err(instead.errno(), instead.sqlState(), instead.message()).encode(payload, connection.capabilities());
        error = ByteBufUtil.getBytes(payload);
    }

    /** Passes nothing on any more. */
    void stop() {
        stopped = true;
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
