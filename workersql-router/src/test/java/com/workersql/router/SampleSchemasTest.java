// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What becomes of what the sample schemas of MySQL and MariaDB are used for. The statements are written for this list, in the manner
 * of what is published, and MySQL 9 takes all of them. The shares are pinned: a change of one is told, and is to be looked at.
 */
class SampleSchemasTest {
    private static final Path FOLDER = Path.of("src/test/resources/com/workersql/router/samples");

    private static final String SHARDS = """
            version: 1
            shards: [shard_0, shard_1, shard_2, shard_3]
            tenants: { app: shard_1 }
            tables:
            """;

    /** What belongs to a customer lies together; the catalogue is everywhere. */
    private static final String SAKILA = SHARDS + """
              customer: { strategy: hash, key: customer_id, key_type: int }
              rental: { strategy: hash, key: customer_id, key_type: int, colocated_with: customer }
              payment: { strategy: hash, key: customer_id, key_type: int, colocated_with: customer }
              country: { strategy: reference }
              city: { strategy: reference }
              address: { strategy: reference }
              language: { strategy: reference }
              film: { strategy: reference }
              actor: { strategy: reference }
              film_actor: { strategy: reference }
              category: { strategy: reference }
              film_category: { strategy: reference }
              film_text: { strategy: reference }
              inventory: { strategy: reference }
              store: { strategy: reference }
              staff: { strategy: reference }
            """;

    /** What belongs to a country lies together. */
    private static final String WORLD = SHARDS + """
              country: { strategy: hash, key: Code, key_type: string }
              city: { strategy: hash, key: CountryCode, key_type: string, colocated_with: country }
              countrylanguage: { strategy: hash, key: CountryCode, key_type: string, colocated_with: country }
            """;

    /** What belongs to an employee lies together. */
    private static final String EMPLOYEES = SHARDS + """
              employees: { strategy: hash, key: emp_no, key_type: int }
              salaries: { strategy: hash, key: emp_no, key_type: int, colocated_with: employees }
              titles: { strategy: hash, key: emp_no, key_type: int, colocated_with: employees }
              dept_emp: { strategy: hash, key: emp_no, key_type: int, colocated_with: employees }
              departments: { strategy: reference }
              dept_manager: { strategy: reference }
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            sakila    | 69, 69, 69, 23, 7, 24, 2, 13
            world     | 52, 52, 52, 13, 20, 4, 0, 15
            employees | 59, 59, 58, 15, 13, 9, 3, 19
            """)
    void statementsOfASampleSchemaComeToWhatTheyCameToBefore(String source, String counts) throws IOException {
        String policy = switch (source) {
            case "sakila" -> SAKILA;
            case "world" -> WORLD;
            default -> EMPLOYEES;
        };
        CorpusShares.assertPinned(FOLDER.resolve(source + ".txt"), new CorpusRouter(policy, List.of()), counts);
    }
}
