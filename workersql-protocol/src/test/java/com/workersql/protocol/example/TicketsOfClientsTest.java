// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.example;

import static com.workersql.protocol.testing.KerberosRealm.ALICE;
import static com.workersql.protocol.testing.KerberosRealm.BOB;
import static com.workersql.protocol.testing.KerberosRealm.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.GssapiMechanism;
import com.workersql.protocol.auth.GssapiService;
import com.workersql.protocol.auth.GssapiVerifier;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.testing.KerberosRealm;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.security.auth.login.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that are not ours show tickets to the server of the README. */
class TicketsOfClientsTest {
    private static final String LOGIN_CONFIG = "java.security.auth.login.config";
    private static final Path CLI = Path.of("/usr/bin/mariadb");
    private static final Path PLUGINS =
            Path.of(System.getProperty("workersql.libmariadb.plugins", "/usr/lib/x86_64-linux-gnu/libmariadb3/plugin"));

    private static KerberosRealm realm;
    private static EventLoopGroup loops;

    private Channel server;

    @BeforeAll
    static void start() throws Exception {
        realm = KerberosRealm.start();
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        // Where it is not set, Connector/J sets it to a file of its own that wants a cache of tickets.
        System.setProperty(LOGIN_CONFIG, "set");
    }

    @AfterAll
    static void stop() {
        System.clearProperty(LOGIN_CONFIG);
        Configuration.setConfiguration(null);
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @BeforeEach
    void serve() {
        serve(GssapiMechanism.KERBEROS);
    }

    @AfterEach
    void close() {
        server.close().syncUninterruptibly();
    }

    private void serve(GssapiMechanism mechanism) {
        var service = new GssapiService(SERVICE, mechanism);
        var alice = GssapiVerifier.ofPrincipal(service, realm.service(SERVICE), ALICE);
        var config = ServerHandshakeConfig.builder().build();
        server = SelectOneServer.start(loops, config, Credential.of(alice, null))
                .syncUninterruptibly()
                .channel();
    }

    private int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    private Connection connect(String principal) throws SQLException {
        Configuration.setConfiguration(realm.login(principal, true));
        return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port() + "/?user=demo&sslMode=disable");
    }

    /** It shows a ticket of Kerberos whatever the server asks for. */
    @ParameterizedTest
    @EnumSource
    void mariaDbConnectorJIsLetIn(GssapiMechanism mechanism) throws SQLException {
        server.close().syncUninterruptibly();
        serve(mechanism);
        try (Connection connection = connect(ALICE);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT 1")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getLong(1)).isEqualTo(1);
        }
    }

    @Test
    void mariaDbConnectorJHearsWhyItIsRefused() {
        assertThatThrownBy(() -> connect(BOB))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1045))
                .hasMessageContaining("the ticket is that of '" + BOB + "'");
    }

    /** libmariadb, which asks for no proof of the server. */
    @ParameterizedTest
    @CsvSource({"demo, 0", "nobody, 1"})
    void theCommandLineIsLetIn(String user, int exitCode, @TempDir Path directory) throws Exception {
        assumeThat(CLI).as("the client of MariaDB is not installed").exists();
        assumeThat(PLUGINS.resolve("auth_gssapi_client.so"))
                .as("nor its plugin")
                .exists();
        Path output = directory.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(List.of(
                CLI.toString(),
                "--no-defaults",
                "--plugin-dir=" + PLUGINS,
                "-h127.0.0.1",
                "-P" + port(),
                "-u" + user,
                "--skip-ssl",
                "-N",
                "-e",
                "SELECT 1"));
        builder.environment().put("KRB5_CONFIG", realm.configuration().toString());
        builder.environment().put("KRB5_CLIENT_KTNAME", "FILE:" + realm.keytabOfAlice());
        builder.environment().put("KRB5CCNAME", "FILE:" + directory.resolve("tickets"));
        Process client = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();

        assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(client.exitValue()).as(Files.readString(output)).isEqualTo(exitCode);
    }
}
