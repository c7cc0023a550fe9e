// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import com.workersql.server.embedded.ShardListener;
import java.io.PrintStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows long work of a start, by a line now and then. */
final class ConsoleProgress implements ShardListener {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleProgress.class);
    private static final int STEP_PERCENT = 20;

    private final PrintStream out;

    ConsoleProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public synchronized void unpacking(String server, int percent) {
        if (percent % STEP_PERCENT == 0) {
            out.printf("Unpacking %s: %d %%%n", server, percent);
        }
    }

    @Override
    public synchronized void creating(String shard) {
        out.printf("Creating %s%n", shard);
    }

    @Override
    public void ready(String shard, int port, long millis) {
        LOG.atInfo()
                .addKeyValue("shard", shard)
                .addKeyValue("port", port)
                .addKeyValue("millis", millis)
                .log("embedded shard is ready");
    }

    @Override
    public void died(String shard, int exitCode) {
        LOG.atError()
                .addKeyValue("shard", shard)
                .addKeyValue("exit_code", exitCode)
                .log(
                        "embedded shard has ended by itself; see server.log in its directory; a restart of the gateway brings it back");
    }
}
