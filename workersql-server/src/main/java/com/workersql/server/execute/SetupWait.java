// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.FailureClass;
import com.workersql.pool.ReplyStatus;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * A borrowed connection that is being given its session's state, with the answers waited for. Whoever waits can be interrupted: the
 * connection then gets its state all the same, and goes back to the pool with it. Confined to the session's event loop.
 */
final class SetupWait implements Setup.Ending {
    private final ClientSession session;
    private final ShardConnections.Lease lease;
    private final Runnable ready;
    private final Consumer<GatewayError> failed;
    private final LongSupplier nanoClock;
    private boolean interrupted;

    /**
     * @param ready hears that the connection has the session's state
     * @param failed takes the error otherwise, and the connection is given back or closed
     */
    SetupWait(
            ClientSession session,
            ShardConnections.Lease lease,
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
        session.interruption(this::interrupt);
        setup.run(lease.connection(), proven, this);
    }

    private void interrupt() {
        interrupted = true;
        failed.accept(GatewayError.interrupted());
    }

    /** False where nobody waits any more. */
    private boolean end() {
        if (!interrupted) {
            session.interruption(null);
        }
        return !interrupted;
    }

    @Override
    public void done() {
        if (end()) {
            ready.run();
        } else {
            lease.released();
            lease.connection().release();
        }
    }

    @Override
    public void refused(ReplyStatus status) {
        lease.released();
        lease.connection().discard("session variables refused");
        if (end()) {
            failed.accept(GatewayError.ofServer(status.errno(), status.sqlState(), status.message()));
        }
    }

    @Override
    public void broken(Throwable cause) {
        lease.ended(FailureClass.CALL_FAILURE, nanoClock.getAsLong());
        lease.connection().discard("broken");
        if (end()) {
            failed.accept(ShardConnections.unavailable(lease.shard(), cause));
        }
    }
}
