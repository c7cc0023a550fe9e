// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import java.util.function.UnaryOperator;

/** Passes a reply on, with its errors told in the words of the run that it is the last part of. */
final class LastReply extends ForwardedReply {
    private final UnaryOperator<GatewayError> tell;

    LastReply(ReplyTarget target, UnaryOperator<GatewayError> tell) {
        super(target);
        this.tell = tell;
    }

    @Override
    public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
        if (kind != ControlPacket.ERR) {
            super.control(kind, sequenceId, payload);
        }
    }

    @Override
    public void completed(ReplyStatus status) {
        if (status.isError()) {
            failed(GatewayError.ofServer(status.errno(), status.sqlState(), status.message()));
        } else {
            super.completed(status);
        }
    }

    @Override
    public void failed(GatewayError error) {
        super.failed(tell.apply(error));
    }
}
