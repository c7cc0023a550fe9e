// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.Objects;

/** How a {@link PooledClient} gives connections back, so that no statement leaves state to the next. */
final class ReturnedConnection {
    private ReturnedConnection() {}

    /** On the borrower's event loop; the connection has no command pending. */
    static void giveBack(PooledConnection connection) {
        var state = connection.state();
        boolean schemaLeft =
                !Objects.equals(state.schema(), connection.key().account().database());
        boolean onlyTransaction =
                state.assignments().isEmpty() && state.reportedVariables().isEmpty() && !state.stateChanged();
        if (onlyTransaction && !schemaLeft) {
            connection.release();
        } else {
            connection.releaseAfterReset();
        }
    }
}
