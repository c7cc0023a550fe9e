// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A table among the tests' resources whose last column names the tests that show each row: what it names has to be there. */
final class TableOfTests {
    private static final List<Path> SOURCES =
            List.of(Path.of("src/test/java"), Path.of("../workersql-protocol/src/test/java"));

    private TableOfTests() {}

    /**
     * A line of a table.
     *
     * @param cells all but the last
     * @param tests such as {@code FooTest.doesWhatItSays}
     */
    record Row(List<String> cells, List<String> tests) {
        private static Row of(String line, int cells) {
            var parts =
                    List.of(line.split("\\|", -1)).stream().map(String::strip).toList();
            assertThat(parts).as(line).hasSize(cells);
            return new Row(
                    parts.subList(0, cells - 1), List.of(parts.get(cells - 1).split(",\\s*", -1)));
        }
    }

    /** Reads a table with so many cells in each line. */
    static List<Row> read(String resource, int cells) {
        try (var in = TableOfTests.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> Row.of(line, cells))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails for rows without tests, and for tests that there are not. */
    static void assertTestsAreThere(List<Row> rows) throws IOException {
        var sources = sources();
        for (var row : rows) {
            assertThat(row.tests()).as(row.cells().toString()).isNotEmpty().allSatisfy(test -> {
                var parts = test.split("\\.", 2);
                assertThat(sources).containsKey(parts[0]);
                assertThat(sources.get(parts[0])).contains("void " + parts[1] + "(");
            });
        }
    }

    /** The tests' sources by the names of their classes; those of one name together. */
    private static Map<String, String> sources() throws IOException {
        var found = new HashMap<String, String>();
        for (var root : SOURCES) {
            try (var files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .forEach(file -> found.merge(
                                file.getFileName().toString().replace(".java", ""), text(file), String::concat));
            }
        }
        return found;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
