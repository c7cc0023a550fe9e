// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads of the kind that Netty's event loops are: only on these does Netty use its slices again. JMH runs benchmarks on them
 * when it is started with {@code -Djmh.executor=CUSTOM} and this class's name as {@code -Djmh.executor.class}.
 */
public final class EventLoopThreads extends ThreadPoolExecutor {
    /**
     * Called by JMH.
     *
     * @param maxThreads as many as the benchmark wants
     * @param prefix of the threads' names
     */
    public EventLoopThreads(int maxThreads, String prefix) {
        super(
                maxThreads,
                maxThreads,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory(prefix));
    }
}
