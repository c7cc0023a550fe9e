// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** How long the gateway runs. */
@FunctionalInterface
interface Lifetime {
    /**
     * Returns when it is time to end.
     *
     * @param stopped done when there is nothing left that could run
     */
    void awaitEnd(CompletionStage<Void> stopped);

    /** Until this process is told to end, by SIGTERM, SIGINT or SIGHUP, or its gateway by whoever administers it. */
    static OfProcess ofProcess() {
        return new OfProcess();
    }

    /** The life of this process. */
    final class OfProcess implements Lifetime {
        /** Longer than the longest {@code drain_millis} and the end of the shards behind it. */
        private static final int CLOSE_TIMEOUT_SECONDS = 3_660;

        private final CountDownLatch told = new CountDownLatch(1);
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private volatile boolean endsBySignal;

        private OfProcess() {}

        @Override
        public void awaitEnd(CompletionStage<Void> stopped) {
            var unused = stopped.thenRun(told::countDown);
            Runtime.getRuntime().addShutdownHook(new Thread(this::end, "shutdown"));
            try {
                told.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        /** Ends the process, everything being closed. */
        void exit(int code) {
            closed.complete(code);
            if (!endsBySignal) {
                System.exit(code);
            }
        }

        /** A process that was told to end and did so in order has ended well: 0, where the runtime's own code would be 143. */
        private void end() {
            endsBySignal = true;
            told.countDown();
            Runtime.getRuntime()
                    .halt(closed.completeOnTimeout(1, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                            .join());
        }
    }
}
