// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table that says which tests attack the doors of HTTP (H), WebSocket (W) and tokens (J). */
class ThreatTableTest {
    @Test
    void namesTestsThatThereAreForEveryThreat() throws IOException {
        var rows = TableOfTests.read("threats.txt", 4);
        var threats = Stream.of("H1-7", "W1-6", "J1-7")
                .flatMap(kind -> IntStream.rangeClosed(1, kind.charAt(3) - '0').mapToObj(i -> kind.substring(0, 1) + i))
                .toList();

        assertThat(rows.stream().map(row -> row.cells().get(0)).distinct()).containsExactlyElementsOf(threats);
        TableOfTests.assertTestsAreThere(rows);
    }
}
