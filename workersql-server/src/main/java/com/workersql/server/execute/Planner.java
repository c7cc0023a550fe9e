// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.router.Router;
import com.workersql.router.Statement;
import com.workersql.server.config.Limits;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Incidents;
import com.workersql.server.error.Outcome;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Analyses statements that the plan cache does not know, off the event loops, with a bounded queue in which each tenant has its turn: what
 * one sends of new kinds, the others hardly wait for.
 */
public final class Planner implements AutoCloseable {
    private final int limit;
    private final int limitOfTenant;
    private final TenantTurns turns;
    private final ExecutorService thread;

    /**
     * A planner with its own thread.
     *
     * @param limits how many statements may wait for their analysis, in all and of one tenant
     */
    public Planner(Limits limits) {
        limit = limits.plannerQueue();
        limitOfTenant = limits.plannerQueuePerTenant();
        turns = new TenantTurns(limit, limitOfTenant);
        thread = Executors.newSingleThreadExecutor(new DefaultThreadFactory("workersql-planner", true));
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
        String tenant = statement.context().tenant();
        var admission = turns.add(tenant, () -> {
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
        switch (admission) {
            case TAKEN -> thread.execute(turns::runNext);
            case FULL -> failed.accept(refused(limit + " statements", "limits.planner_queue", ErrorClass.UNAVAILABLE));
            case FULL_OF_TENANT ->
                failed.accept(refused(
                        limitOfTenant + " statements of this tenant",
                        "limits.planner_queue_per_tenant",
                        ErrorClass.QUOTA));
        }
    }

    private static GatewayError refused(String who, String setting, ErrorClass errorClass) {
        return new GatewayError(
                1203,
                "42000",
                "The planner's queue is full: " + who + " wait for their first analysis (" + setting
                        + "); try again later",
                errorClass,
                Outcome.NOT_EXECUTED);
    }

    /** {@return how many statements wait for their analysis now; for any thread} */
    public int waiting() {
        return turns.size();
    }

    /**
     * Runs a task when the planner has nothing better to do, for example to warm up the grammar.
     *
     * @param task what to run
     */
    public void runInBackground(Runnable task) {
        thread.execute(task);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
