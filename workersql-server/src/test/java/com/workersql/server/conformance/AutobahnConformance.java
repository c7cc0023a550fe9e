// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import org.junit.jupiter.api.Test;

/** Reads what the Autobahn test suite, which the profile {@code conformance} has run against the door's WebSockets, has reported. */
class AutobahnConformance {
    private static final Path REPORT = Path.of(System.getProperty("workersql.autobahn.reports"), "index.json");

    @Test
    void cases1To7And10PassButThoseThatAreNamed() throws IOException {
        var agents = new ObjectMapper().readTree(REPORT.toFile());
        assertThat(agents).hasSize(1);
        var cases = new HashMap<String, String>();
        agents.elements().next().properties().forEach(one -> {
            var result = one.getValue();
            cases.put(
                    one.getKey(),
                    worse(
                            result.get("behavior").textValue(),
                            result.get("behaviorClose").textValue()));
        });

        new SuiteResults("autobahn", cases).assertAllPassOfCases(247);
    }

    private static String worse(String behavior, String behaviorClose) {
        return isPassed(behavior) && isPassed(behaviorClose)
                ? SuiteResults.PASSED
                : isPassed(behavior) ? "CLOSE " + behaviorClose : behavior;
    }

    /** Some cases, such as those of the numbers that a close may have, have no wrong outcome. */
    private static boolean isPassed(String behavior) {
        return behavior.equals("OK") || behavior.equals("INFORMATIONAL");
    }
}
