// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Ends statements that wait for something before they run. */
final class KilledStatement {
    private KilledStatement() {}

    /**
     * Sends KILL QUERY until the statement has ended, since it may come later than the first one, and looks at what its client is told.
     *
     * @param killer of the same tenant
     * @param connectionId of the statement's session
     */
    static void assertKilled(Future<?> statement, Connection killer, String connectionId) {
        assertThatThrownBy(() -> {
                    while (!statement.isDone()) {
                        run(killer, "KILL QUERY " + connectionId);
                        try {
                            statement.get(20, TimeUnit.MILLISECONDS);
                        } catch (TimeoutException e) {
                            // It was not there yet.
                        }
                    }
                    // Its end may have come between the two.
                    statement.get();
                })
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1317));
    }
}
