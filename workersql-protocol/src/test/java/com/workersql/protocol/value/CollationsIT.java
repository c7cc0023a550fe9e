// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.testing.MariaDbServer;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The table says what servers say. */
class CollationsIT {
    @Test
    void mariaDbHasTheCollationsOfTheTable() throws Exception {
        try (var server = MariaDbServer.start(List.of("CREATE USER root@'127.0.0.1'"));
                var connection = DriverManager.getConnection(
                        "jdbc:mariadb://127.0.0.1:" + server.port() + "/?user=root&sslMode=disable")) {
            assertThat(Collations.mariaDb().all())
                    .containsExactlyElementsOf(CollationTable.read(connection, CollationTable.OF_MARIADB)
                            .values());
        }
    }

    /** The root of a MySQL 9 has no password. */
    @Test
    @EnabledIfSystemProperty(named = "workersql.mysql.port", matches = "\\d+")
    void mySqlHasTheCollationsOfTheTable() throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:mysql://127.0.0.1:"
                + Integer.getInteger("workersql.mysql.port") + "/?user=root&sslMode=DISABLED")) {
            assertThat(Collations.mySql().all())
                    .containsExactlyElementsOf(CollationTable.read(connection, CollationTable.OF_MYSQL)
                            .values());
        }
    }
}
