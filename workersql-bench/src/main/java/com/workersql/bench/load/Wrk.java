// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.load;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code wrk}, version 4, from the path: the statement of {@link Sysbench} by {@code POST /v1/query}, with its parameter bound, on
 * connections that are kept, with credentials on every request.
 */
final class Wrk implements LoadGenerator {
    private static final Pattern TOTAL = Pattern.compile("(?m)^ +(\\d+) requests in ");
    private static final int WRK_THREADS = 2;

    private final Path script;

    /** @param directory where its script is written */
    Wrk(Path directory, Proxy.Login login) throws IOException {
        var credentials = Base64.getEncoder()
                .encodeToString((login.user() + ":" + login.password()).getBytes(StandardCharsets.UTF_8));
        script = Files.writeString(directory.resolve("query.lua"), """
                local headers = { ["Authorization"] = "Basic %s", ["Content-Type"] = "application/json" }
                request = function()
                  local body = '{"sql":"SELECT c FROM sbtest1 WHERE id=?","params":[' .. math.random(10000) .. '],"rows":"array"}'
                  return wrk.format("POST", "/v1/query", headers, body)
                end
                """.formatted(credentials));
    }

    @Override
    public String name() {
        return "wrk, POST /v1/query";
    }

    @Override
    public void prepare(Proxy direct) {
        // The table is made by whoever loads the MySQL door.
    }

    @Override
    public long run(Proxy proxy, boolean prepared, int threads, int seconds) throws IOException, InterruptedException {
        var command = List.of(
                "wrk",
                "-t" + Math.min(WRK_THREADS, threads),
                "-c" + threads,
                "-d" + seconds + "s",
                "-s",
                script.toString(),
                "http://127.0.0.1:" + proxy.port() + "/v1/query");
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var report = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var total = TOTAL.matcher(report);
        if (process.waitFor() != 0 || !total.find() || report.contains("Non-2xx")) {
            throw new IOException("wrk failed:\n" + report);
        }
        return Long.parseLong(total.group(1));
    }
}
