// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.proxy.ProxyHeader;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.TlsMode;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Logs in to a real MariaDB server of 11.6 or later with the plugins {@code auth_ed25519} and {@code auth_parsec}, whose port on
 * 127.0.0.1 the system property {@code workersql.mariadb.port} names and where root has no password.
 */
class RealMariaDbTest {
    private static final int PORT = Integer.getInteger("workersql.mariadb.port", 0);
    private static final byte[] PASSWORD = "pässword".getBytes(StandardCharsets.UTF_8);

    private static EventLoopGroup loops;

    @BeforeAll
    static void start() throws SQLException {
        if (PORT == 0) {
            System.err.println(
                    "NOT TESTED: logging in to a real MariaDB server; name its port by -Dworkersql.mariadb.port=PORT");
        }
        assumeThat(PORT).isPositive();
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        for (String plugin : new String[] {"ed25519", "parsec", "mysql_native_password"}) {
            asRoot("CREATE OR REPLACE USER protocol_" + plugin + " IDENTIFIED VIA " + plugin
                    + " USING PASSWORD('pässword')");
        }
    }

    @AfterAll
    static void stop() throws SQLException {
        if (PORT > 0) {
            loops.shutdownGracefully().syncUninterruptibly();
            asRoot("DROP USER protocol_ed25519, protocol_parsec, protocol_mysql_native_password");
        }
    }

    private static void asRoot(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:mariadb://127.0.0.1:" + PORT + "/?user=root&sslMode=disable");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static ClientHandshakeConfig config(String plugin, byte[] password) {
        return ClientHandshakeConfig.builder("protocol_" + plugin)
                .password(password)
                .tls(TlsMode.DISABLED)
                .build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "parsec", "mysql_native_password"})
    void logsInByEachPlugin(String plugin) throws Exception {
        try (LoginClient client = LoginClient.connect(loops, PORT, config(plugin, PASSWORD))) {
            assertThat(client.session().isMariaDb()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ed25519", "parsec", "mysql_native_password"})
    void hearsThatThePasswordIsWrong(String plugin) {
        assertThatThrownBy(() -> LoginClient.connect(loops, PORT, config(plugin, new byte[] {'x'})))
                .hasMessageContaining("1045 (28000)");
    }

    @Test
    void changesTheUserToEachPlugin() throws Exception {
        try (LoginClient client = LoginClient.connect(loops, PORT, config("ed25519", PASSWORD))) {
            client.changeUser(config("parsec", PASSWORD))
                    .changeUser(config("mysql_native_password", PASSWORD))
                    .changeUser(config("ed25519", PASSWORD));

            assertThat(client.channel().isActive()).isTrue();
        }
    }

    @Test
    void theServerTakesOurVerifiers() throws Exception {
        asRoot("CREATE OR REPLACE USER protocol_ed25519 IDENTIFIED VIA ed25519 USING '"
                + PasswordVerifier.Ed25519.ofPassword(PASSWORD).text() + "'");
        asRoot("CREATE OR REPLACE USER protocol_parsec IDENTIFIED VIA parsec USING '"
                + PasswordVerifier.Parsec.ofPassword(PASSWORD, new SecureRandom())
                        .text() + "'");
        for (String plugin : new String[] {"ed25519", "parsec"}) {
            LoginClient.connect(loops, PORT, config(plugin, PASSWORD)).close();
        }
    }

    /** The account is allowed from the told address only, so the server lets it in only when it believes the header. */
    @Test
    void tellsTheServerWhereTheClientIs() throws Exception {
        asRoot("SET GLOBAL proxy_protocol_networks = '127.0.0.1'");
        asRoot("CREATE OR REPLACE USER protocol_far@'192.0.2.7' IDENTIFIED BY 'pässword'");
        ProxyHeader header = ProxyHeader.of(
                new InetSocketAddress("192.0.2.7", 40_000),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
        try (LoginClient client = LoginClient.connectThrough(header, loops, PORT, config("far", PASSWORD))) {
            assertThat(client.session().isMariaDb()).isTrue();
            assertThatThrownBy(() -> LoginClient.connect(loops, PORT, config("far", PASSWORD)))
                    .hasMessageContaining("1045");
        } finally {
            asRoot("DROP USER protocol_far@'192.0.2.7'");
            asRoot("SET GLOBAL proxy_protocol_networks = ''");
        }
    }
}
