// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.config.ListenAddress;
import org.junit.jupiter.api.Test;

/** Every protocol on one port. */
class OnePortIT {
    /** Longer than a busy machine takes from a client's connection to its request. */
    private static final int WAIT_MILLIS = 2_000;

    @Test
    void servesEveryProtocol() throws Exception {
        try (var fleet = Fleet.start(config -> config.toBuilder()
                .any(new ListenAddress("127.0.0.1", 0), WAIT_MILLIS)
                .build())) {
            assertThat(fleet.gateway().mysqlAddress()).isEqualTo(fleet.gateway().httpAddress());
            try (var connection = fleet.connect(Driver.MARIADB_PREPARED, "acme");
                    var statement = connection.prepareStatement("SELECT ? + 1")) {
                statement.setInt(1, 41);
                try (var rows = statement.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getInt(1)).isEqualTo(42);
                }
            }
            var http = new Http(fleet, "acme");
            assertThat(http.query("SELECT 1").data()).hasToString("[[1]]");
            try (var socket = http.connect()) {
                socket.send("{\"type\":\"query\",\"id\":\"1\",\"sql\":\"SELECT 2\",\"rows\":\"array\"}");
                assertThat(Http.data(socket.next()).get("data")).hasToString("[[2]]");
            }
        }
    }
}
