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
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table that says where each row of the map of errors is provoked: what it names has to be there. */
class ErrorMapTableTest {
    private static final List<Path> SOURCES =
            List.of(Path.of("src/test/java"), Path.of("../workersql-protocol/src/test/java"));

    private record Row(String what, List<String> tests) {
        static Row of(String line) {
            var cells = line.split("\\|", -1);
            assertThat(cells).as(line).hasSize(4);
            return new Row(cells[0].strip(), List.of(cells[3].strip().split(",\\s*", -1)));
        }
    }

    @Test
    void namesTestsThatThereAre() throws IOException {
        var rows = rows();
        assertThat(rows).hasSizeGreaterThan(50);
        var sources = sources();
        for (var row : rows) {
            assertThat(row.tests()).as(row.what()).isNotEmpty().allSatisfy(test -> {
                var parts = test.split("\\.", 2);
                assertThat(sources).containsKey(parts[0]);
                assertThat(sources.get(parts[0])).contains("void " + parts[1] + "(");
            });
        }
    }

    private static List<Row> rows() throws IOException {
        try (var in = ErrorMapTableTest.class.getResourceAsStream("error-map.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(Row::of)
                    .toList();
        }
    }

    /** The tests' sources by the names of their classes. */
    private static Map<String, String> sources() throws IOException {
        var found = new HashMap<String, String>();
        for (var root : SOURCES) {
            try (var files = Files.walk(root)) {
                found.putAll(files.filter(file -> file.toString().endsWith(".java"))
                        .collect(Collectors.toMap(
                                file -> file.getFileName().toString().replace(".java", ""),
                                ErrorMapTableTest::text,
                                (one, other) -> one + other)));
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
