// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;

/** Passes a reply on to another target; a subclass steps in where it has something to add. */
abstract class ForwardedReply implements ReplyTarget {
    private final ReplyTarget target;

    ForwardedReply(ReplyTarget target) {
        this.target = target;
    }

    @Override
    public void begin(CapabilityFlags capabilities, Relay relay) {
        target.begin(capabilities, relay);
    }

    @Override
    public void fromCache(boolean stale) {
        target.fromCache(stale);
    }

    @Override
    public void forward(ByteBuf packets) {
        target.forward(packets);
    }

    @Override
    public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
        target.control(kind, sequenceId, payload);
    }

    @Override
    public void completed(ReplyStatus status) {
        target.completed(status);
    }

    @Override
    public void ok(LocalOk ok) {
        target.ok(ok);
    }

    @Override
    public void rows(LocalRows rows) {
        target.rows(rows);
    }

    @Override
    public void failed(GatewayError error) {
        target.failed(error);
    }

    @Override
    public void fileRequested(int sequenceId, ByteBuf request, ClientFile file) {
        target.fileRequested(sequenceId, request, file);
    }
}
