// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.FailureClass;
import com.workersql.pool.ReplyStatus;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Activity;
import com.workersql.server.session.ClientSession;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A borrowed connection that is being given its session's state, with the answers waited for. Whoever waits can be interrupted: the
 * connection then gets its state all the same, and goes back to the pool with it. Confined to the session's event loop.
 */
final class SetupWait implements Setup.Ending {
    private final ClientSession session;
    private final ShardLease lease;
    private final Runnable ready;
    private final Consumer<GatewayError> failed;
    private final LongSupplier nanoClock;
    private boolean interrupted;
    private boolean ended;
    private Future<?> deadline;
    private Activity.Interruption interruption;

    /**
     * @param ready hears that the connection has the session's state
     * @param failed takes the error otherwise, and the connection is given back or closed
     */
    SetupWait(
            ClientSession session,
            ShardLease lease,
            Runnable ready,
            Consumer<GatewayError> failed,
            LongSupplier nanoClock) {
        this.session = session;
        this.lease = lease;
        this.ready = ready;
        this.failed = failed;
        this.nanoClock = nanoClock;
    }

    void run(Setup setup, ProvenSetups proven) {
        interruption = session.activity().interruption(this::interrupt);
        deadline = session.loop()
                .schedule(SessionFault.guarded(session, this::silent), Question.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        setup.run(lease.connection(), proven, this);
    }

    private void interrupt() {
        interrupted = true;
        failed.accept(GatewayError.interrupted());
    }

    /** The first one of all ends: the connection goes its way. */
    private boolean end() {
        boolean first = !ended;
        ended = true;
        deadline.cancel(false);
        return first;
    }

    /** False where nobody waits any more. */
    private boolean isAwaited() {
        interruption.clear();
        return !interrupted;
    }

    private void silent() {
        lost(
                "no answer in time",
                GatewayError.notExecuted("Shard " + lease.shard().name() + ": " + Question.SILENT));
    }

    private void lost(String why, GatewayError error) {
        if (!end()) {
            return;
        }
        lease.ended(FailureClass.CALL_FAILURE, nanoClock.getAsLong());
        lease.shard().topology().suspect(lease.node());
        lease.connection().discard(why);
        if (isAwaited()) {
            failed.accept(error);
        }
    }

    @Override
    public boolean isOver() {
        return ended;
    }

    @Override
    public void done() {
        if (!end()) {
            return;
        }
        if (isAwaited()) {
            ready.run();
        } else {
            lease.released();
            lease.connection().release();
        }
    }

    @Override
    public void refused(ReplyStatus status) {
        if (!end()) {
            return;
        }
        lease.released();
        lease.connection().discard("session variables refused");
        if (isAwaited()) {
            failed.accept(GatewayError.ofServer(status.errno(), status.sqlState(), status.message()));
        }
    }

    @Override
    public void broken(Throwable cause) {
        lost("broken", ShardConnections.unavailable(lease.shard(), cause));
    }
}
