// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A statement that waits until its shard has a primary again. */
final class FailoverWait {
    private FailoverWait() {}

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
        var topology = shard.topology();
        var loop = session.loop();
        var ticket = topology.waiters()
                .add(() -> loop.execute(SessionFault.guarded(session, () -> {
                    session.activity().interruption(null);
                    ready.run();
                })));
        if (ticket == null) {
            failed.accept(GatewayError.notExecuted("Shard " + shard.name() + ": " + topology.trouble() + ", and "
                    + topology.waiters().limit() + " statements wait for it already (pool.queue_length)"));
            return;
        }
        var deadline = loop.schedule(
                SessionFault.guarded(session, () -> {
                    if (ticket.cancel()) {
                        session.activity().interruption(null);
                        failed.accept(GatewayError.notExecuted("Shard " + shard.name() + ": " + topology.trouble()
                                + "; waited " + TimeUnit.NANOSECONDS.toMillis(waitNanos)
                                + " ms (statements.failover_wait_millis)"));
                    }
                }),
                waitNanos,
                TimeUnit.NANOSECONDS);
        session.activity().interruption(() -> {
            if (ticket.cancel()) {
                deadline.cancel(false);
                failed.accept(GatewayError.interrupted());
            }
        });
    }
}
