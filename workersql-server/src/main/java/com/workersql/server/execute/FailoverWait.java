// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Activity;
import com.workersql.server.session.ClientSession;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A statement that waits until its shard has a primary again. Confined to the session's event loop. */
final class FailoverWait {
    private final Shard shard;
    private final Runnable ready;
    private final Consumer<GatewayError> failed;
    private PrimaryWaiters.Ticket ticket;
    private Future<?> deadline;
    private Activity.Interruption interruption;

    private FailoverWait(Shard shard, Runnable ready, Consumer<GatewayError> failed) {
        this.shard = shard;
        this.ready = ready;
        this.failed = failed;
    }

    /** Whether another server may take over and none has yet. A shard of one server is not waited for: nobody would replace it. */
    static boolean isNeeded(Shard shard) {
        return shard.topology().trouble() != null;
    }

    /**
     * Waits.
     *
     * @param ready runs on the session's loop when there is a primary
     * @param failed takes the error when there is none in time, or too many wait
     */
    static void start(
            Shard shard, ClientSession session, long waitNanos, Runnable ready, Consumer<GatewayError> failed) {
        new FailoverWait(shard, ready, failed).begin(session, waitNanos);
    }

    private void begin(ClientSession session, long waitNanos) {
        var loop = session.loop();
        var waiters = shard.topology().waiters();
        ticket = waiters.add(() -> loop.execute(SessionFault.guarded(session, this::goOn)));
        if (ticket == null) {
            fail(", and " + waiters.limit() + " statements wait for it already (pool.queue_length)");
            return;
        }
        deadline = loop.schedule(SessionFault.guarded(session, () -> late(waitNanos)), waitNanos, TimeUnit.NANOSECONDS);
        interruption = session.activity().interruption(this::interrupted);
    }

    private void goOn() {
        interruption.clear();
        ready.run();
    }

    private void late(long waitNanos) {
        if (ticket.cancel()) {
            interruption.clear();
            fail("; waited " + TimeUnit.NANOSECONDS.toMillis(waitNanos) + " ms (statements.failover_wait_millis)");
        }
    }

    private void interrupted() {
        if (ticket.cancel()) {
            deadline.cancel(false);
            failed.accept(GatewayError.interrupted());
        }
    }

    private void fail(String why) {
        failed.accept(GatewayError.notExecuted(
                "Shard " + shard.name() + ": " + shard.topology().trouble() + why));
    }
}
