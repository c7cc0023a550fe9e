// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/** Keeps what a gate throws, when it hears of a connection, away from the pool. */
record GuardedPass(ConnectGate.Pass pass) implements ConnectGate.Pass {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(GuardedPass.class);

    /** Asks the gate; what it throws then goes to the caller. Null for no. */
    static ConnectGate.Pass ask(ConnectGate gate, Endpoint endpoint) {
        var pass = gate.tryPass(endpoint);
        return pass == null || pass == UNHEARD ? pass : new GuardedPass(pass);
    }

    @Override
    public void opened(long nanos) {
        tell(() -> pass.opened(nanos));
    }

    @Override
    public void failed(BackendUnavailableException cause) {
        tell(() -> pass.failed(cause));
    }

    @Override
    public void unused() {
        tell(pass::unused);
    }

    private static void tell(Runnable answer) {
        try {
            answer.run();
        } catch (RuntimeException | Error e) {
            LOGGER.warn("A connect gate failed", e);
        }
    }
}
