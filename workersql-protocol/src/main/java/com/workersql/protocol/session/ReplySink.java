// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import io.netty.buffer.ByteBuf;

/**
 * Takes what a {@link ResponseScanner} finds, in the order of the stream. Both methods together see every byte of the reply
 * once, except the headers of control packets, which are given by their sequence id.
 *
 * <p>Neither method may call the scanner's {@code begin} or {@code scan}; its accessors already tell the state behind what is given.
 */
public interface ReplySink {
    /**
     * A run of bytes, packet headers included, of which nothing needs to be known: definitions and rows. It may begin and end
     * anywhere in a packet.
     *
     * @param in holds the run; not owned by the sink, which takes a {@code retainedSlice} to keep it; its indices stay untouched
     * @param index where the run begins
     * @param length how many bytes it has, at least one
     */
    void forward(ByteBuf in, int index, int length);

    /**
     * A complete control packet.
     *
     * @param kind what it is
     * @param sequenceId from its header
     * @param payload without the header, between its indices; valid during the call only, since its memory is used again: copy
     *     to keep
     */
    void control(ControlPacket kind, int sequenceId, ByteBuf payload);
}
