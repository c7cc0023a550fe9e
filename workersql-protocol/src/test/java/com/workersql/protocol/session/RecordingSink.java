// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Puts together again what a scanner took apart. */
final class RecordingSink implements ReplySink {
    final List<ControlPacket> controls = new ArrayList<>();
    final List<Integer> runs = new ArrayList<>();
    private final ByteBuf stream = Unpooled.buffer();

    @Override
    public void forward(ByteBuf in, int index, int length) {
        runs.add(length);
        stream.writeBytes(in, index, length);
    }

    @Override
    public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
        controls.add(kind);
        stream.writeMediumLE(payload.readableBytes()).writeByte(sequenceId).writeBytes(payload);
    }

    byte[] bytes() {
        return Arrays.copyOf(stream.array(), stream.writerIndex());
    }
}
