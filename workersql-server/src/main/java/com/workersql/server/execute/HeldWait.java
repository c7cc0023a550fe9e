// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.server.session.Activity;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;

/**
 * What a statement waits for on the connection that its session holds from the one before: the answers to that one's KILLs, and its
 * diagnostics where they would be lost. Confined to the session's event loop.
 */
final class HeldWait {
    private final StatementExecutor executor;
    private final ClientSession session;
    private final Placement.Run run;
    private final Runnable then;

    /**
     * @param run can be ended while it waits
     * @param then looks for the statement's connection, now or later; not run where it has ended, or has to fail for what was lost
     */
    HeldWait(StatementExecutor executor, ClientSession session, Placement.Run run, Runnable then) {
        this.executor = executor;
        this.session = session;
        this.run = run;
        this.then = then;
    }

    void start() {
        var held = session.held();
        if (held == null) {
            then.run();
        } else if (KillWait.isNeeded(held.connection())) {
            outliveKills(held);
        } else {
            keepDiagnostics(held);
        }
    }

    private void outliveKills(ClientSession.Held held) {
        var wait = session.activity().interruption(run::interrupted);
        KillWait.start(session, held.connection(), () -> goOn(wait, this::start), () -> {
            if (!run.hasEnded()) {
                Aftermath.lost(session, held.connection(), KillWait.SILENT);
                goOn(wait, then);
            }
        });
    }

    /** What is sent ahead clears the diagnostics of the statement before, which this one would leave: they are read first. */
    private void keepDiagnostics(ClientSession.Held held) {
        if (session.pins().has(HoldReason.UNREAD_WARNINGS)
                && Ahead.clearsDiagnostics(session, held.connection(), run.work(), executor.flavor())) {
            var wait = session.activity().interruption(run::interrupted);
            executor.connections().inquire(session, held, () -> goOn(wait, then));
        } else {
            then.run();
        }
    }

    /** Behind a wait: what was lost with the connection, the statement must not go on without. */
    private void goOn(Activity.Interruption wait, Runnable next) {
        wait.clear();
        if (run.hasEnded()) {
            return;
        }
        var loss = Refusals.ofLoss(session, run.work().info());
        if (loss == null) {
            next.run();
        } else {
            run.notFound(loss);
        }
    }
}
