// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Activity;
import com.workersql.server.session.ClientSession;
import java.util.function.Consumer;

/**
 * The time that a statement spends with the planner. Its client may go or have it killed meanwhile: it has come to its end then, and
 * the plan, which is made all the same, serves others.
 */
final class PlanWait {
    private final Activity.Interruption interruption;
    private boolean over;

    /**
     * Begins the wait.
     *
     * @param interrupted takes error 1317 when it is ended from outside
     */
    PlanWait(ClientSession session, Consumer<GatewayError> interrupted) {
        interruption = session.activity().interruption(() -> {
            over = true;
            interrupted.accept(GatewayError.interrupted());
        });
    }

    /** {@return whether the statement goes on: false when it was ended from outside} */
    boolean end() {
        if (over) {
            return false;
        }
        over = true;
        interruption.clear();
        return true;
    }
}
