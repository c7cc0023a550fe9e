// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.session.ServerHandshakeConfig;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Clients that are not ours talk to the server of the README. */
class ForeignClientsTest {
    private static final byte[] PASSWORD = "sëcret".getBytes(StandardCharsets.UTF_8);
    private static final RsaKeyPair KEYS = RsaKeyPair.generate();

    private static EventLoopGroup loops;

    @BeforeAll
    static void start() {
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    }

    @AfterAll
    static void stop() {
        loops.shutdownGracefully().syncUninterruptibly();
    }

    private static Channel server(String verifier) {
        ServerHandshakeConfig config =
                ServerHandshakeConfig.builder().rsaKeys(KEYS).build();
        Credential credential = Credential.of(PasswordVerifier.parse(verifier), null);
        return SelectOneServer.start(loops, config, credential)
                .syncUninterruptibly()
                .channel();
    }

    private static String verifier(String plugin) {
        return plugin.equals("native")
                ? PasswordVerifier.hashNative(PASSWORD)
                : PasswordVerifier.hashCachingSha2(PASSWORD, new SecureRandom());
    }

    private static Connection connect(String driver, Channel server, String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "demo");
        properties.setProperty("password", password);
        properties.setProperty("sslMode", driver.equals("mysql") ? "DISABLED" : "disable");
        properties.setProperty("allowPublicKeyRetrieval", "true");
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        return DriverManager.getConnection("jdbc:" + driver + "://127.0.0.1:" + port + "/", properties);
    }

    @ParameterizedTest
    @CsvSource({"mysql, native", "mysql, sha2", "mariadb, native", "mariadb, sha2"})
    void readTheirRow(String driver, String plugin) throws SQLException {
        Channel server = server(verifier(plugin));
        try {
            // Twice: the second authentication is the fast one.
            for (int i = 0; i < 2; i++) {
                try (Connection connection = connect(driver, server, "sëcret");
                        Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery("SELECT 1")) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getLong(1)).isEqualTo(1);
                    assertThat(rows.next()).isFalse();
                }
            }
        } finally {
            server.close().syncUninterruptibly();
        }
    }

    @ParameterizedTest
    @CsvSource({"mysql, native", "mysql, sha2", "mariadb, native", "mariadb, sha2"})
    void areRefusedWithAWrongPassword(String driver, String plugin) {
        Channel server = server(verifier(plugin));
        try {
            assertThatThrownBy(() -> connect(driver, server, "wrong")).isInstanceOfSatisfying(SQLException.class, e -> {
                assertThat(e.getErrorCode()).isEqualTo(1045);
                assertThat(e.getSQLState()).isEqualTo("28000");
            });
        } finally {
            server.close().syncUninterruptibly();
        }
    }
}
