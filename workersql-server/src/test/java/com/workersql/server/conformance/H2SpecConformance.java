// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.workersql.server.Gateway;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.ListenAddress;
import com.workersql.server.embedded.ShardFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;

/** Has the program h2spec, which its Maven plugin carries for Linux and macOS on x86-64, ask a gateway that runs. */
class H2SpecConformance {
    private static final int MINUTES = 5;

    @TempDir
    private Path directory;

    @Test
    void casesPassButThoseThatAreNamed() throws Exception {
        var program = unpack();
        var report = directory.resolve("h2spec.xml");
        var log = Files.createDirectories(Path.of("target")).resolve("h2spec.log");
        var config = GatewayConfig.defaults().toBuilder()
                .embedded(ShardFixture.config(directory.resolve("data")))
                .mysql(new ListenAddress("127.0.0.1", 0))
                .http(new ListenAddress("127.0.0.1", 0))
                .build();
        try (var gateway = Gateway.start(config)) {
            String port = Integer.toString(gateway.httpAddress().getPort());
            run(
                    log,
                    program.toString(),
                    "-h=127.0.0.1",
                    "-p=" + port,
                    "-P=/livez",
                    "-o=5",
                    "--max-header-length=4000",
                    "-j=" + report);
        }

        new SuiteResults("h2spec", cases(report)).assertAllPassOfCases(145);
    }

    private Path unpack() throws Exception {
        var os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        var arch = System.getProperty("os.arch");
        var name = "/h2spec/2.2.0/h2spec_" + (os.startsWith("mac") ? "darwin" : os) + "_amd64.tar.gz";
        var archive = H2SpecConformance.class.getResourceAsStream(name);
        assumeThat(archive)
                .as("h2spec does not come for %s on %s: its cases were NOT run", os, arch)
                .isNotNull();
        try (archive) {
            Files.copy(archive, directory.resolve("h2spec.tar.gz"));
        }
        run(directory.resolve("tar.log"), "tar", "-xzf", directory + "/h2spec.tar.gz", "-C", directory.toString());
        return directory.resolve("h2spec");
    }

    /** Runs a program to its end; what it finds wrong is told by its report. */
    private static void run(Path log, String... command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
        process.destroyForcibly();
        assertThat(ended)
                .as("%s has ended; its output is in %s", command[0], log)
                .isTrue();
    }

    /** The cases by section and their place in it, as h2spec prints them. */
    private static Map<String, String> cases(Path report) throws Exception {
        var cases = new HashMap<String, String>();
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(report.toFile());
        var suites = document.getElementsByTagName("testsuite");
        for (int i = 0; i < suites.getLength(); i++) {
            var found = ((Element) suites.item(i)).getElementsByTagName("testcase");
            for (int j = 0; j < found.getLength(); j++) {
                var one = (Element) found.item(j);
                cases.put(one.getAttribute("package") + "/" + (j + 1), result(one));
            }
        }
        return cases;
    }

    private static String result(Element one) {
        if (one.getElementsByTagName("failure").getLength()
                        + one.getElementsByTagName("error").getLength()
                > 0) {
            return "FAILED";
        }
        return one.getElementsByTagName("skipped").getLength() > 0 ? "SKIPPED" : SuiteResults.PASSED;
    }
}
