// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.router.StatementInfo;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** A command whose payload is sent as it is, once, or let go of. */
abstract class CommandWork implements Work {
    private final StatementInfo info;
    private ByteBuf command;

    /**
     * @param command the command's payload; owned by this work until it is sent
     */
    CommandWork(StatementInfo info, ByteBuf command) {
        this.info = info;
        this.command = command;
    }

    /** The payload of a command that is a text. */
    static ByteBuf payload(int command, byte[] text) {
        return Unpooled.buffer(1 + text.length).writeByte(command).writeBytes(text);
    }

    @Override
    public final StatementInfo info() {
        return info;
    }

    /** The payload while this work has it, for whoever only looks at it. */
    final ByteBuf command() {
        return command;
    }

    /** The payload, which is the caller's from here on: it is being sent. */
    final ByteBuf taken() {
        var taken = command;
        command = null;
        return taken;
    }

    /** The payload for another work that sends the same. */
    final ByteBuf shared() {
        return command.retainedDuplicate();
    }

    @Override
    public byte[] sql() {
        return null;
    }

    @Override
    public Work rewritten(byte[] sql) {
        throw new IllegalStateException("A command without a text has no other one");
    }

    @Override
    public void drop() {
        if (command != null) {
            taken().release();
        }
    }
}
