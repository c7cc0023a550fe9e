// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.router.Router;
import com.workersql.router.Statement;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Incidents;
import com.workersql.server.error.Outcome;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** Analyses statements that the plan cache does not know, off the event loops, with a bounded queue. */
public final class Planner implements AutoCloseable {
    private final int queueLimit;
    private final ThreadPoolExecutor threads;

    /**
     * A planner with its own thread.
     *
     * @param queueLimit how many statements may wait for their analysis, {@code limits.planner_queue}
     */
    public Planner(int queueLimit) {
        this.queueLimit = queueLimit;
        this.threads = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(queueLimit),
                new DefaultThreadFactory("workersql-planner", true));
    }

    /**
     * Analyses a statement and hands the plan back on the event loop.
     *
     * @param <T> a plan, or what explains it
     * @param analysis {@link Router#plan}, {@link Router#planPrepare} or {@link Router#explain}
     * @param statement with bytes that do not change
     * @param loop the session's loop
     * @param planned takes the plan
     * @param failed takes the error when the queue is full, and when the analysis has a fault
     */
    <T> void plan(
            Function<Statement, T> analysis,
            Statement statement,
            EventLoop loop,
            Consumer<T> planned,
            Consumer<GatewayError> failed) {
        try {
            threads.execute(() -> {
                T plan;
                try {
                    plan = analysis.apply(statement);
                } catch (RuntimeException | Error e) {
                    // Whoever waits for the plan would wait for ever.
                    var error = Incidents.log("the analysis of a statement", e).withOutcome(Outcome.NOT_EXECUTED);
                    loop.execute(() -> failed.accept(error));
                    return;
                }
                loop.execute(() -> planned.accept(plan));
            });
        } catch (RejectedExecutionException e) {
            failed.accept(GatewayError.refused(
                    1203,
                    "42000",
                    "The planner's queue is full: " + queueLimit
                            + " statements wait for their first analysis (limits.planner_queue); try again later"));
        }
    }

    /** {@return how many statements wait for their analysis now; for any thread} */
    public int waiting() {
        return threads.getQueue().size();
    }

    /**
     * Runs a task when the planner has nothing better to do, for example to warm up the grammar.
     *
     * @param task what to run
     */
    public void runInBackground(Runnable task) {
        threads.execute(task);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
