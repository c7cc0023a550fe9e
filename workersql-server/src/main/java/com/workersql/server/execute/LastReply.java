// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import java.util.function.UnaryOperator;

/** Passes a reply on, with its errors told in the words of the run that it is the last part of. */
final class LastReply implements ReplyTarget {
    private final ReplyTarget target;
    private final UnaryOperator<GatewayError> tell;

    LastReply(ReplyTarget target, UnaryOperator<GatewayError> tell) {
        this.target = target;
        this.tell = tell;
    }

    @Override
    public void begin(CapabilityFlags capabilities, Relay relay) {
        target.begin(capabilities, relay);
    }

    @Override
    public void forward(ByteBuf packets) {
        target.forward(packets);
    }

    @Override
    public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
        if (kind != ControlPacket.ERR) {
            target.control(kind, sequenceId, payload);
        }
    }

    @Override
    public void completed(ReplyStatus status) {
        if (status.isError()) {
            target.failed(tell.apply(GatewayError.ofServer(status.errno(), status.sqlState(), status.message())));
        } else {
            target.completed(status);
        }
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
        target.failed(tell.apply(error));
    }
}
