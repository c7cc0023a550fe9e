// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

/** The same by several clients at a time, many times over. */
final class Workload {
    private Workload() {}

    /** One client's round. */
    interface Round {
        void run(int client, int round) throws Exception;
    }

    /** Runs and prints it. */
    static ConnectionUse measure(Fleet fleet, String what, int clients, int rounds, Round round) throws Exception {
        var before = ConnectionUse.now(fleet);
        var threads = Executors.newFixedThreadPool(clients);
        try {
            var tasks = new ArrayList<Callable<Void>>();
            for (int i = 0; i < clients; i++) {
                int client = i;
                tasks.add(() -> {
                    for (int n = 0; n < rounds; n++) {
                        round.run(client, n);
                    }
                    return null;
                });
            }
            for (var done : threads.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        var counted = ConnectionUse.now(fleet).since(before);
        counted.print(what);
        return counted;
    }
}
