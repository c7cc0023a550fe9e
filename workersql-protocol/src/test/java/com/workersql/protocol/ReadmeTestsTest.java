// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents say that tests show, tests of that name are there to show. */
class ReadmeTestsTest {
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*(?:Test|IT))(?:\\.(\\w+))?`");
    private static final Pattern OF_A_FAILURE = Pattern.compile("(?m)^\\| T(\\d+) \\|.*`\\w+\\.t\\w+`");

    private static final Map<String, String> SOURCES = new HashMap<>();

    @BeforeAll
    static void readTests() throws IOException {
        try (var modules = Files.list(Path.of(".."))) {
            for (Path module : modules.toList()) {
                Path tests = module.resolve("src/test/java");
                if (Files.isDirectory(tests)) {
                    readTests(tests);
                }
            }
        }
        assertThat(SOURCES).containsKey("ReadmeTestsTest");
    }

    private static void readTests(Path tests) throws IOException {
        try (var files = Files.walk(tests)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(file -> {
                try {
                    SOURCES.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private static List<String> missing(String document) {
        List<String> missing = new ArrayList<>();
        NAMED.matcher(document).results().forEach(named -> {
            String source = SOURCES.getOrDefault(named.group(1), "");
            String method = named.group(2);
            if (source.isEmpty() || (method != null && !source.contains("void " + method + "("))) {
                missing.add(named.group());
            }
        });
        return missing;
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "FAILURES.md"})
    void everyNamedTestExists(String document) throws IOException {
        assertThat(missing(Files.readString(Path.of(document)))).isEmpty();
    }

    /** What it has, and what it refuses. */
    @Test
    void everyFeatureIsShownByATest() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        int table = readme.indexOf("| feature |");
        var rows = readme.substring(table, readme.indexOf("\n\n", table))
                .lines()
                .skip(2)
                .toList();

        assertThat(rows).hasSizeGreaterThan(30).allMatch(row -> {
            String shownBy = row.substring(row.lastIndexOf('|', row.length() - 2));
            return NAMED.matcher(shownBy).find();
        });
    }

    @Test
    void aTestThatIsGoneIsNoticed() {
        assertThat(missing("`NoSuchTest`, `ReadmeTestsTest.noSuchMethod`, `ReadmeTestsTest.aTestThatIsGoneIsNoticed`"))
                .containsExactly("`NoSuchTest`", "`ReadmeTestsTest.noSuchMethod`");
    }

    @Test
    void everyFailureHasATest() throws IOException {
        var numbers = OF_A_FAILURE
                .matcher(Files.readString(Path.of("FAILURES.md")))
                .results()
                .map(row -> Integer.parseInt(row.group(1)))
                .toList();

        assertThat(numbers)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 46).boxed().toList());
    }
}
