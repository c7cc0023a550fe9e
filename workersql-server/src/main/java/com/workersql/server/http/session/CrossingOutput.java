// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.QueryOutput;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.RejectedExecutionException;

/**
 * Carries an answer from the event loop of its session to that of its request's connection, which may be another one. Called on
 * the session's loop; the answer behind it is called on its own.
 */
final class CrossingOutput implements QueryOutput {
    private final EventLoop loop;
    private final QueryOutput answer;
    private volatile boolean writable = true;

    /**
     * @param loop of the answer
     * @param answer what is called there
     */
    CrossingOutput(EventLoop loop, QueryOutput answer) {
        this.loop = loop;
        this.answer = answer;
    }

    /** The client reads slowly, or reads again; on any thread. */
    void writable(boolean now) {
        writable = now;
    }

    @Override
    public boolean isWritable() {
        return loop.inEventLoop() ? answer.isWritable() : writable;
    }

    @Override
    public void write(ByteBuf part) {
        cross(part, () -> answer.write(part));
    }

    @Override
    public void complete(ByteBuf last) {
        cross(last, () -> answer.complete(last));
    }

    @Override
    public void fail(GatewayError error, ByteBuf tail) {
        cross(tail, () -> answer.fail(error, tail));
    }

    @Override
    public void abandoned() {
        cross(null, answer::abandoned);
    }

    private void cross(ByteBuf owned, Runnable call) {
        if (loop.inEventLoop()) {
            call.run();
            return;
        }
        try {
            loop.execute(call);
        } catch (RejectedExecutionException e) {
            // The gateway is ending, and with it the connection: nobody waits for the answer.
            ReferenceCountUtil.release(owned);
        }
    }
}
