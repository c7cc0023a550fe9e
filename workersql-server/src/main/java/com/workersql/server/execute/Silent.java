// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;

/** Takes a reply that nobody waits for. */
abstract class Silent implements ReplyTarget {
    /** The reply has ended, by whatever. */
    protected abstract void ended();

    @Override
    public void begin(CapabilityFlags capabilities, Relay relay) {}

    @Override
    public void forward(ByteBuf packets) {
        packets.release();
    }

    @Override
    public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {}

    @Override
    public void completed(ReplyStatus status) {
        ended();
    }

    @Override
    public void ok(LocalOk ok) {
        ended();
    }

    @Override
    public void rows(LocalRows rows) {
        ended();
    }

    @Override
    public void failed(GatewayError error) {
        ended();
    }
}
