// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** {@code sysbench oltp_point_select}, version 1.0, from the path. */
final class Sysbench implements LoadGenerator {
    private static final Pattern TOTAL = Pattern.compile("(?m)^ +total: +(\\d+)");

    /** Whether there is one. */
    static boolean isInstalled() {
        try {
            return new ProcessBuilder("sysbench", "--version")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public String name() {
        return "sysbench oltp_point_select";
    }

    @Override
    public void prepare(Proxy direct) throws IOException, InterruptedException {
        execute(direct, List.of(), "cleanup");
        execute(direct, List.of(), "prepare");
    }

    @Override
    public long run(Proxy proxy, boolean prepared, int threads, int seconds) throws IOException, InterruptedException {
        String report = execute(
                proxy,
                List.of("--threads=" + threads, "--time=" + seconds, "--db-ps-mode=" + (prepared ? "auto" : "disable")),
                "run");
        var total = TOTAL.matcher(report);
        if (!total.find()) {
            throw new IOException("sysbench told no number of queries:\n" + report);
        }
        return Long.parseLong(total.group(1));
    }

    private static String execute(Proxy proxy, List<String> options, String action)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                "sysbench",
                "oltp_point_select",
                "--db-driver=mysql",
                "--mysql-host=127.0.0.1",
                "--mysql-port=" + proxy.port(),
                "--mysql-user=" + proxy.login().user(),
                "--mysql-password=" + proxy.login().password(),
                "--mysql-db=" + proxy.login().schema(),
                "--tables=1",
                "--table-size=10000"));
        command.addAll(options);
        command.add(action);
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String report = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("sysbench " + action + " against " + proxy.name() + " failed:\n" + report);
        }
        return report;
    }
}
