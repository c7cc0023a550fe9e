// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a suite has found, held against {@code exclusions.txt}.
 *
 * @param suite the name of the suite in that list
 * @param cases each case that was run and its result; {@code OK} for a pass
 */
record SuiteResults(String suite, Map<String, String> cases) {
    static final String PASSED = "OK";

    /** Fails unless this many cases were run, and all of them passed but those of the list, which ended as it says. */
    void assertAllPassOfCases(int expected) {
        assertThat(cases).as("cases of %s", suite).hasSize(expected);
        var others = new TreeMap<>(cases);
        others.values().removeIf(PASSED::equals);
        System.out.printf("%s: %d of %d cases pass, %s%n", suite, cases.size() - others.size(), cases.size(), others);
        assertThat(others).as("cases of %s that do not pass", suite).isEqualTo(exclusions());
    }

    private Map<String, String> exclusions() {
        var named = new TreeMap<String, String>();
        try (var in = SuiteResults.class.getResourceAsStream("exclusions.txt")) {
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split("\\|", -1))
                    .peek(cells -> assertThat(cells).hasSize(4).noneMatch(String::isBlank))
                    .filter(cells -> cells[0].strip().equals(suite))
                    .forEach(cells -> named.put(cells[1].strip(), cells[2].strip()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return named;
    }
}
