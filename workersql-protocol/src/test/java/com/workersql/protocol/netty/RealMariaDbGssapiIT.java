// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static com.workersql.protocol.testing.KerberosRealm.ALICE;
import static com.workersql.protocol.testing.KerberosRealm.BOB;
import static com.workersql.protocol.testing.KerberosRealm.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.auth.GssapiLogin;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.TlsMode;
import com.workersql.protocol.testing.KerberosRealm;
import com.workersql.protocol.testing.MariaDbServer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Our client shows tickets to MariaDB's own plugin: {@code -Dworkersql.mariadb.gssapi=DIRECTORY} names where its {@code auth_gssapi.so} is,
 * which the server of the build does not bring (Debian's package {@code mariadb-plugin-gssapi-server} has one that it loads).
 */
@EnabledIfSystemProperty(named = "workersql.mariadb.gssapi", matches = ".+")
class RealMariaDbGssapiIT {
    private static KerberosRealm realm;
    private static MariaDbServer server;
    private static EventLoopGroup loops;

    @BeforeAll
    static void start() throws Exception {
        realm = KerberosRealm.start();
        server = MariaDbServer.start(
                List.of(
                        "CREATE USER alice IDENTIFIED VIA gssapi",
                        "CREATE USER known IDENTIFIED VIA gssapi AS '" + ALICE + "'",
                        "CREATE USER bob IDENTIFIED VIA gssapi"),
                "--plugin-dir=" + System.getProperty("workersql.mariadb.gssapi"),
                "--plugin-load-add=auth_gssapi",
                "--gssapi-keytab-path=" + realm.keytab(),
                "--gssapi-principal-name=" + SERVICE);
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    }

    @AfterAll
    static void stop() throws Exception {
        if (loops != null) {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
            server.close();
        }
    }

    private static ClientHandshakeConfig config(String user, String principal) {
        return ClientHandshakeConfig.builder(user)
                .tls(TlsMode.DISABLED)
                .gssapi(new GssapiLogin(realm.client(principal), null, ForkJoinPool.commonPool()))
                .build();
    }

    @Test
    void logsInByATicketOfTheUsersName() throws Exception {
        try (LoginClient client = LoginClient.connect(loops, server.port(), config("alice", ALICE))) {
            assertThat(client.session().isMariaDb()).isTrue();
        }
    }

    @Test
    void logsInByATicketOfTheUsersPrincipalAndChangesTheUser() throws Exception {
        try (LoginClient client = LoginClient.connect(loops, server.port(), config("known", ALICE))) {
            client.changeUser(config("bob", BOB)).changeUser(config("alice", ALICE));

            assertThat(client.channel().isActive()).isTrue();
        }
    }
}
