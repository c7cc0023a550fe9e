// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The options of a server process: small, on loopback only, and with a change log that can be followed. */
final class ServerOptions {
    private ServerOptions() {}

    /** Options for making a data directory and for serving it. */
    static List<String> common(DatabasePrograms programs, Path temporaryDirectory) {
        var options = new ArrayList<String>();
        if (Platform.isRoot()) {
            options.add("--user=root");
        }
        if (programs.isMariaDb()) {
            options.add("--basedir=" + programs.share().getParent());
            options.add("--lc-messages-dir=" + programs.share());
            options.add("--character-sets-dir=" + programs.share().resolve("charsets"));
            options.add("--innodb-log-file-size=32M");
            options.add("--aria-pagecache-buffer-size=8M");
        }
        // A starting MariaDB removes the temporary tables of every server that shares this directory.
        options.add("--tmpdir=" + temporaryDirectory);
        options.add("--innodb-buffer-pool-size=32M");
        options.add("--key-buffer-size=1M");
        options.add("--character-set-server=utf8mb4");
        return options;
    }

    /** Options for serving. */
    static List<String> running(DatabasePrograms programs, int serverId, int port, Path initFile, Path pidFile) {
        var options = new ArrayList<>(List.of(
                "--bind-address=127.0.0.1",
                "--port=" + port,
                "--pid-file=" + pidFile,
                "--skip-name-resolve",
                "--init-file=" + initFile,
                "--server-id=" + serverId,
                "--log-bin=binlog",
                "--binlog-row-image=FULL",
                "--binlog-row-metadata=FULL",
                "--max-binlog-size=64M",
                "--max-connections=500",
                // The gateway's own limit is the one that a client meets.
                "--max-allowed-packet=1G",
                // Whether clients' files are loaded, the gateway decides.
                "--local-infile=ON",
                "--table-open-cache=400"));
        if (programs.isMariaDb()) {
            options.add("--skip-ssl");
            options.add("--binlog-format=ROW");
            options.add("--expire-logs-days=7");
            // Where one server takes over from another, followers of the log go on there.
            options.add("--log-slave-updates=ON");
        } else {
            options.add("--mysqlx=OFF");
            options.add("--secure-file-priv=NULL");
            options.add("--performance-schema=OFF");
            options.add("--gtid-mode=ON");
            options.add("--enforce-gtid-consistency=ON");
        }
        if (!Platform.isWindows()) {
            // Clients come by TCP; a socket file would only bring its limit on the length of a path.
            options.add("--socket=" + (programs.isMariaDb() ? "" : "server.sock"));
        }
        return options;
    }
}
