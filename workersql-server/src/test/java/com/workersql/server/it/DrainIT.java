// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A gateway that is told to stop lets nobody in, lets transactions end, and then is gone. */
class DrainIT {
    @Test
    void letsAnOpenTransactionEndAndClosesTheIdle() throws Exception {
        try (var fleet = Fleet.start()) {
            var idle = fleet.connect(Driver.MARIADB_TEXT, "globex");
            var busy = fleet.connect(Driver.MARIADB_TEXT, "acme");
            run(busy, "DROP TABLE IF EXISTS drained");
            run(busy, "CREATE TABLE drained (id INT PRIMARY KEY)");
            run(busy, "BEGIN");
            run(busy, "INSERT INTO drained VALUES (1)");

            var stopped = CompletableFuture.runAsync(() -> fleet.gateway().close());
            awaitRefusal(fleet);
            assertThat(stopped).isNotDone();
            assertThatThrownBy(() -> run(idle, "SELECT 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1053));

            run(busy, "INSERT INTO drained VALUES (2)");
            run(busy, "COMMIT");
            stopped.get(20, TimeUnit.SECONDS);
            try (var direct = fleet.direct(Driver.MARIADB_TEXT, "acme");
                    var rows = direct.createStatement().executeQuery("SELECT COUNT(*) FROM drained")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(2);
            }
        }
    }

    private static void awaitRefusal(Fleet fleet) {
        while (true) {
            try {
                fleet.connect(Driver.MARIADB_TEXT, "globex").close();
            } catch (SQLException e) {
                return;
            }
        }
    }
}
