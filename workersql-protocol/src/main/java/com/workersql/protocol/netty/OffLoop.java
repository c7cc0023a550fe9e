// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.Executor;

/** Runs what may take its time somewhere else than on an event loop. */
final class OffLoop {
    private OffLoop() {}

    /**
     * Runs {@code work} by the executor, and then {@code next} on the event loop.
     *
     * @throws java.util.concurrent.RejectedExecutionException when the executor takes no more
     */
    static void run(Executor executor, Runnable work, ChannelHandlerContext ctx, Runnable next) {
        executor.execute(() -> {
            try {
                work.run();
            } finally {
                // Also when what others wrote has thrown: then nothing has come of it.
                ctx.executor().execute(next);
            }
        });
    }
}
