// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.load;

import java.io.IOException;
import java.sql.SQLException;

/** Selects single rows by their primary key on several connections. */
interface LoadGenerator {
    /** As the table says it. */
    String name();

    /**
     * Makes the table.
     *
     * @param direct the server itself
     */
    void prepare(Proxy direct) throws IOException, InterruptedException, SQLException;

    /**
     * Selects for a while.
     *
     * @param prepared by prepared statements instead of text
     * @return how many rows were selected
     */
    long run(Proxy proxy, boolean prepared, int threads, int seconds)
            throws IOException, InterruptedException, SQLException;
}
