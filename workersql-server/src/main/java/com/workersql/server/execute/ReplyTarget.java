// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;

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
     * The reply that begins next is a kept one.
     *
     * @param stale whether it is older than it should be, because its shard cannot be asked
     */
    default void fromCache(boolean stale) {}

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

    /**
     * The shard asks for the client's file. The door asks the client for it and sends what comes, up to the end of the file or to
     * {@link ClientFile#abort}; the reply goes on behind it, or fails before.
     *
     * @param sequenceId the request's sequence id on the shard's connection
     * @param request the request's payload, valid during the call only
     * @param file takes the file
     */
    default void fileRequested(int sequenceId, ByteBuf request, ClientFile file) {
        file.abort(GatewayError.refused(
                3948, "42000", "Loading local data is disabled: there are no files behind this door"));
    }

    /** A client's file on its way to the shard that asked for it. Confined to the session's event loop. */
    interface ClientFile {
        /**
         * Sends a part of the file.
         *
         * @param packets a part of the stream of packets, cut anywhere, with sequence ids that count on from the request's; owned by
         *     the file from here
         * @return done when the shard's socket has taken it, or when nobody is left who wants it
         */
        Future<Void> send(ByteBuf packets);

        /** The last packet was sent. */
        void ended();

        /**
         * Gives the statement up: the shard must not take what it has got for the whole file. The target's {@link #failed} is called.
         *
         * @param error what the client gets to hear
         */
        void abort(GatewayError error);
    }

    /** Flow control of a shard's reply: a door whose client reads slowly stops the shard's socket. */
    interface Relay {
        /**
         * Stops or resumes reading from the shard.
         *
         * @param reading false to stop
         */
        void reading(boolean reading);

        /**
         * Where an ERR packet may end a reply that broke off, to be asked in {@link #failed}.
         *
         * @return the sequence id of the packet that would have come next, between two rows; -1 elsewhere
         */
        default int brokeOffBefore() {
            return -1;
        }
    }
}
