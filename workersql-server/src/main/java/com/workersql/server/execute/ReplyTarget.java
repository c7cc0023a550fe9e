// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;

/**
 * Where the reply to one command goes; every door has its own. All calls come on the session's event loop. A reply is either
 * the shard's ({@link #begin}, then {@link #forward} and {@link #control} in the order of the bytes, then {@link #completed}) or
 * the gateway's own ({@link #ok}, {@link #rows} or {@link #failed}); {@link #failed} may also end a shard's reply that broke off.
 */
public interface ReplyTarget {
    /**
     * A shard's reply begins.
     *
     * @param capabilities what its bytes are written with
     * @param relay the reply's flow control
     */
    void begin(CapabilityFlags capabilities, Relay relay);

    /**
     * A run of column definitions or rows, packet headers included.
     *
     * @param packets the bytes; the target owns them now and releases them
     */
    void forward(ByteBuf packets);

    /**
     * A control packet of the shard's reply.
     *
     * @param kind what it is
     * @param sequenceId its sequence id on the shard's connection
     * @param payload the payload without its header, valid during the call only
     */
    void control(ControlPacket kind, int sequenceId, ByteBuf payload);

    /**
     * The shard's reply is complete; an ERR packet of the shard was given to {@link #control} before.
     *
     * @param status what its terminator said
     */
    void completed(ReplyStatus status);

    /**
     * The gateway's own OK.
     *
     * @param ok the OK
     */
    void ok(LocalOk ok);

    /**
     * The gateway's own result set.
     *
     * @param rows all of it
     */
    void rows(LocalRows rows);

    /**
     * The command failed in the gateway, or the shard's reply broke off.
     *
     * @param error the error
     */
    void failed(GatewayError error);

    /** Flow control of a shard's reply: a door whose client reads slowly stops the shard's socket. */
    interface Relay {
        /**
         * Stops or resumes reading from the shard.
         *
         * @param reading false to stop
         */
        void reading(boolean reading);
    }
}
