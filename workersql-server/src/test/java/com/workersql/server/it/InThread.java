// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

/** Work of a client beside the test's own. */
final class InThread {
    private InThread() {}

    /** Work that throws what SQL throws. */
    interface Work<T> {
        T run() throws SQLException;
    }

    /** Does something in a thread of its own. */
    static <T> CompletableFuture<T> inThread(Work<T> work) {
        var result = new CompletableFuture<T>();
        var thread = new Thread(
                () -> {
                    try {
                        result.complete(work.run());
                    } catch (SQLException e) {
                        result.completeExceptionally(e);
                    }
                },
                "client");
        thread.setDaemon(true);
        thread.start();
        return result;
    }
}
