// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.server.config.AuthConfig;
import com.workersql.server.config.ClientTls;
import com.workersql.server.users.ApiKey;
import com.workersql.server.users.GatewayUser;
import com.workersql.server.users.Permission;
import com.workersql.server.users.UserStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Users come and go while the gateway runs, and each may do what the store says. */
class ReloadIT {
    @Test
    void takesOverUsersAndTheirPermissions() throws Exception {
        try (var fleet = Fleet.start()) {
            int port = fleet.gateway().mysqlAddress().getPort();
            assertErrno(
                    1045,
                    () -> Driver.MYSQL_TEXT
                            .connect(port, "auditor", "seeing", "acme")
                            .close());

            var users = new ArrayList<>(fleet.config().users().all());
            var password =
                    PasswordVerifier.parse(PasswordVerifier.hashNative("seeing".getBytes(StandardCharsets.UTF_8)));
            users.add(new GatewayUser("auditor", password, "acme", Set.of(Permission.READ), 2));
            fleet.gateway()
                    .reload(fleet.config().toBuilder()
                            .users(UserStore.of(users))
                            .build());

            try (var auditor = Driver.MYSQL_TEXT.connect(port, "auditor", "seeing", "acme");
                    var second = Driver.MARIADB_TEXT.connect(port, "auditor", "seeing", "acme")) {
                try (var rows = auditor.createStatement().executeQuery("SELECT USER()")) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getString(1)).isEqualTo("auditor@127.0.0.1");
                }
                assertErrno(1227, () -> run(auditor, "CREATE TABLE forbidden (id INT)"));
                assertErrno(1227, () -> run(second, "DELETE FROM forbidden"));
                assertErrno(
                        1203,
                        () -> Driver.MYSQL_TEXT
                                .connect(port, "auditor", "seeing", "acme")
                                .close());
            }

            fleet.gateway().reload(fleet.config());
            assertErrno(
                    1045,
                    () -> Driver.MYSQL_TEXT
                            .connect(port, "auditor", "seeing", "acme")
                            .close());
        }
    }

    @Test
    void nothingIsInForceOfAConfigurationThatIsRefused() throws Exception {
        try (var fleet = Fleet.start()) {
            var text = ApiKey.generate("job", new SecureRandom());
            var key = new ApiKey("job", ApiKey.hash(text), "acme", Set.of(Permission.READ), null);
            var keyed = fleet.config().toBuilder()
                    .auth(new AuthConfig(null, List.of(key)))
                    .build();
            fleet.gateway().reload(keyed);
            var http = new Http(fleet.gateway().httpAddress().getPort(), "Bearer " + text);
            assertThat(http.query("SELECT 1").status()).isEqualTo(200);

            var refused = keyed.toBuilder()
                    .auth(AuthConfig.NONE)
                    .tls(new ClientTls(Path.of("none.pem"), Path.of("none.key"), false))
                    .build();
            assertThatThrownBy(() -> fleet.gateway().reload(refused)).hasMessageContaining("none.pem does not exist");

            assertThat(http.query("SELECT 1").status()).isEqualTo(200);
        }
    }

    private interface Action {
        void run() throws SQLException;
    }

    private static void assertErrno(int errno, Action action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(errno));
    }
}
