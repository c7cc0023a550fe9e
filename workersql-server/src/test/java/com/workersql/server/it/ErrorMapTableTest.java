// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The table that says where each row of the map of errors is provoked. */
class ErrorMapTableTest {
    @Test
    void namesTestsThatThereAre() throws IOException {
        var rows = TableOfTests.read("error-map.txt", 4);

        assertThat(rows).hasSizeGreaterThan(50);
        TableOfTests.assertTestsAreThere(rows);
    }
}
