// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.session.ControlPacket;
import io.netty.buffer.ByteBuf;

/**
 * Takes the reply of one command, on the borrower's event loop, in the order of the stream. The last call is either
 * {@link #onComplete} or {@link #onBroken}, exactly once.
 *
 * <p>What a listener throws costs the connection, see {@link PooledConnection#onFault}.
 *
 * <p>A listener may call {@link PooledConnection#execute}, {@link PooledConnection#release} and the like from its last call.
 */
public interface ReplyListener {
    /**
     * Whether a server that asks for a file will get one: the listener then hears of the request by {@link #onControl}, and sends the
     * file by {@link PooledConnection#sendMore}. Where it will not, such a request ends the connection, because nobody else would ever
     * answer it; asked once, when the command is given.
     */
    default boolean answersFileRequests() {
        return false;
    }

    /**
     * A run of bytes of the reply, packet headers included: column definitions and rows. It may begin and end anywhere in a
     * packet.
     *
     * @param slice a slice of the buffer in which it arrived; the listener owns it and releases it
     */
    void onForward(ByteBuf slice);

    /**
     * A complete control packet, which the listener emits again as it is or changed.
     *
     * @param kind what it is
     * @param sequenceId from its header
     * @param payload without header; valid during the call only, not owned by the listener
     */
    void onControl(ControlPacket kind, int sequenceId, ByteBuf payload);

    /**
     * The reply is complete; {@link PooledConnection#state()} already knows its changes.
     *
     * @param status how the command ended; an ERR of the server comes here, too
     */
    void onComplete(ReplyStatus status);

    /**
     * The connection ended before the reply was complete. {@link PooledConnection#discard} is still due, or
     * {@link PooledConnection#release}, which then does the same.
     *
     * @param e says how far the command came
     */
    void onBroken(BrokenConnectionException e);
}
