// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import io.netty.buffer.ByteBuf;

/** Takes the packets that a transcoder gives, in the order of the stream. */
@FunctionalInterface
public interface PacketOutput {
    /**
     * Some more bytes.
     *
     * @param packets headers and payloads, cut anywhere; taken over by the output
     */
    void write(ByteBuf packets);
}
