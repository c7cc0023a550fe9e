// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.server.Gateway;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.ListenAddress;
import com.workersql.server.config.Secret;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.config.ShardConfig;
import com.workersql.server.users.GatewayUser;
import com.workersql.server.users.UserStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients of a gateway that has never met one of its shards. */
class UnreachableShardsIT {
    @ParameterizedTest
    @ValueSource(strings = {"jdbc:mysql:%s?sslMode=DISABLED", "jdbc:mariadb:%s?sslMode=disable"})
    void aPasswordIsProvedByRsaAndTheShardsAreToldOf(String url) throws IOException {
        var free = new ListenAddress("127.0.0.1", 0);
        var hash = PasswordVerifier.hashCachingSha2("secret".getBytes(StandardCharsets.UTF_8), new SecureRandom());
        var shard = ShardConfig.of("a", "127.0.0.1", unusedPort(), new ShardAccount("app", Secret.of("p"), null));
        var config = GatewayConfig.builder()
                .mysql(free)
                .http(free)
                .shards(List.of(shard))
                .users(UserStore.of(List.of(GatewayUser.of("ann", hash, null))));

        try (var gateway = Gateway.start(config.build())) {
            var place = "//127.0.0.1:" + gateway.mysqlAddress().getPort() + "/";
            assertThatThrownBy(() -> DriverManager.getConnection(
                                    url.formatted(place) + "&allowPublicKeyRetrieval=true", "ann", "secret")
                            .close())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("[GW-NOT-EXECUTED] Shard a");
        }
    }

    private static int unusedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
