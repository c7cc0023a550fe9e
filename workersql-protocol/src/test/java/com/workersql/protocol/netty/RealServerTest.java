// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerSession;
import com.workersql.protocol.session.TlsMode;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Logs in to a real MySQL server, whose port on 127.0.0.1 the system property {@code workersql.mysql.port} names and where root
 * has no password. The server must allow {@code caching_sha2_password}.
 */
class RealServerTest {
    private static final int PORT = Integer.getInteger("workersql.mysql.port", 0);
    private static final String USER = "protocol_test";
    private static final byte[] PASSWORD = "pässword".getBytes(StandardCharsets.UTF_8);

    private static EventLoopGroup loops;

    @BeforeAll
    static void start() {
        if (PORT == 0) {
            System.err.println(
                    "NOT TESTED: logging in to a real MySQL server; name its port by -Dworkersql.mysql.port=PORT");
        }
        assumeThat(PORT).isPositive();
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    }

    @AfterAll
    static void stop() throws SQLException {
        if (PORT > 0) {
            loops.shutdownGracefully().syncUninterruptibly();
            asRoot("DROP USER IF EXISTS " + USER);
        }
    }

    /** A new user each time, so the server's cache is cold. */
    @BeforeEach
    void createUser() throws SQLException {
        asRoot("DROP USER IF EXISTS " + USER);
        asRoot("CREATE USER " + USER + " IDENTIFIED BY 'pässword'");
    }

    private static void asRoot(String sql) throws SQLException {
        try (Connection connection = root();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static Connection root() throws SQLException {
        return DriverManager.getConnection("jdbc:mysql://127.0.0.1:" + PORT + "/?user=root&sslMode=DISABLED");
    }

    private static ClientHandshakeConfig.Builder config(TlsMode mode) {
        return ClientHandshakeConfig.builder(USER).password(PASSWORD).tls(mode);
    }

    private static ServerSession connect(ClientHandshakeConfig config) throws Exception {
        try (LoginClient client = LoginClient.connect(loops, PORT, config)) {
            return client.session();
        }
    }

    @Test
    void authenticatesInFullByTheServersKeyAndThenFast() throws Exception {
        ClientHandshakeConfig byKey =
                config(TlsMode.DISABLED).allowPublicKeyRetrieval(true).build();
        assertThat(connect(byKey).ok().statusFlags()).isEqualTo(2);

        assertThat(connect(config(TlsMode.DISABLED).build()).tls()).isFalse();
    }

    @Test
    void doesNotAskForTheServersKeyUnlessTold() {
        assertThatThrownBy(() -> connect(config(TlsMode.DISABLED).build()))
                .hasMessageContaining("allowPublicKeyRetrieval");
    }

    @Test
    void authenticatesInFullOverTls() throws Exception {
        assertThat(connect(config(TlsMode.REQUIRED).build()).tls()).isTrue();
    }

    @Test
    void authenticatesByAKeyThatItKnows() throws Exception {
        String pem;
        try (Connection connection = root();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW STATUS LIKE 'Caching_sha2_password_rsa_public_key'")) {
            rows.next();
            pem = rows.getString(2);
        }

        ServerSession session = connect(config(TlsMode.DISABLED)
                .serverPublicKey(RsaKeyPair.parsePublicPem(pem))
                .build());

        assertThat(session.isMariaDb()).isFalse();
    }

    @Test
    void hearsThatThePasswordIsWrong() {
        ClientHandshakeConfig wrong = ClientHandshakeConfig.builder(USER)
                .password(new byte[] {'x'})
                .tls(TlsMode.REQUIRED)
                .build();

        assertThatThrownBy(() -> connect(wrong)).hasMessageContaining("1045 (28000)");
    }

    /** The texts of our hashes are the server's: it takes them as they are, and the password behind them. */
    @Test
    void theServerTakesOurVerifiers() throws Exception {
        String text = PasswordVerifier.hashCachingSha2(PASSWORD, new SecureRandom());
        asRoot("ALTER USER " + USER + " IDENTIFIED WITH caching_sha2_password AS '" + text + "'");

        assertThat(connect(config(TlsMode.REQUIRED).build()).tls()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsMode.class,
            names = {"DISABLED", "REQUIRED"})
    void authenticatesBySha256Password(TlsMode mode) throws Exception {
        asRoot("ALTER USER " + USER + " IDENTIFIED WITH sha256_password BY 'pässword'");

        ClientHandshakeConfig config =
                config(mode).allowPublicKeyRetrieval(true).build();
        assertThat(connect(config).tls()).isEqualTo(mode == TlsMode.REQUIRED);
    }

    @Test
    void changesTheUserAndBack() throws Exception {
        asRoot("DROP USER IF EXISTS protocol_other");
        asRoot("CREATE USER protocol_other IDENTIFIED WITH sha256_password BY 'other'");
        ClientHandshakeConfig other = ClientHandshakeConfig.builder("protocol_other")
                .password("other".getBytes(StandardCharsets.UTF_8))
                .build();
        try (LoginClient client =
                LoginClient.connect(loops, PORT, config(TlsMode.REQUIRED).build())) {
            client.changeUser(other).changeUser(config(TlsMode.REQUIRED).build());

            assertThat(client.session().tls()).isTrue();
            assertThat(client.channel().isActive()).isTrue();
        } finally {
            asRoot("DROP USER protocol_other");
        }
    }
}
