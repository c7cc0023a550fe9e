// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import com.workersql.protocol.testing.RawReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** COM_FIELD_LIST, by which command line clients complete names: what the shard says, to whom it may be said. */
class FieldListIT {
    private static final long CAPABILITIES = CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_CONNECT_WITH_DB;

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start();
        try (var acme = gateway("acme", "acme", 0);
                var globex = gateway("globex", "globex", 0)) {
            acme.query("DROP TABLE IF EXISTS `some``fields`");
            acme.query(
                    "CREATE TABLE `some``fields` (id INT PRIMARY KEY, name VARCHAR(40) DEFAULT 'none', number DECIMAL(10,2))");
            globex.query("DROP TABLE IF EXISTS only_globex");
            globex.query("CREATE TABLE only_globex (secret INT)");
        }
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static RawClient gateway(String user, String schema, long more) throws IOException {
        int port = fleet.gateway().mysqlAddress().getPort();
        return RawClient.connect(port, user, fleet.password(user), schema, CAPABILITIES | more);
    }

    private static RawClient shard(long more) throws IOException {
        var account = fleet.account("acme");
        return RawClient.connect(fleet.port(0), account.user(), account.secret().text(), "acme", CAPABILITIES | more);
    }

    private static RawReply fields(RawClient client, String table, String pattern) throws IOException {
        return client.command(Command.COM_FIELD_LIST, (table + "\0" + pattern).getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "some`fields,''",
        "some`fields,n%",
        "some`fields,nothing",
        "no_such_table,''",
        "acme.some`fields,''",
        "'',''",
    })
    void isWhatTheShardSays(String table, String pattern) throws IOException {
        for (long more : new long[] {0, CapabilityFlags.CLIENT_DEPRECATE_EOF}) {
            try (var client = gateway("acme", "acme", more);
                    var direct = shard(more)) {
                var reply = fields(client, table, pattern);
                var expected = fields(direct, table, pattern);

                if (expected.isError()) {
                    assertThat(reply.isError()).as(reply.toString()).isTrue();
                } else {
                    assertThat(reply).matches(expected::sameAs, "is " + expected);
                }
                assertThat(client.query("SELECT 'goes on'").value()).isEqualTo("goes on");
            }
        }
    }

    @Test
    void withinATransactionItIsAskedWhereThatRuns() throws IOException {
        try (var client = gateway("acme", "acme", 0);
                var direct = shard(0)) {
            client.query("BEGIN");
            direct.query("BEGIN");

            assertThat(fields(client, "some`fields", "")).matches(fields(direct, "some`fields", "")::sameAs, "same");
            client.query("COMMIT");
        }
    }

    @Test
    void anothersTableIsAsOneThatIsNotThere() throws IOException {
        try (var client = gateway("acme", "acme", 0)) {
            int missing = fields(client, "no_such_table", "").errno();

            assertThat(missing).isNotZero();
            assertThat(fields(client, "only_globex", "").errno()).isEqualTo(missing);
            assertThat(fields(client, "globex.only_globex", "").errno()).isEqualTo(missing);
            assertThat(fields(client, "../globex/only_globex", "").errno()).isEqualTo(missing);
            assertThat(fields(client, "x` FROM `globex", "").errno()).isEqualTo(missing);
        }
    }

    @Test
    void hostileArgumentsAreAnsweredByAnError() throws IOException {
        try (var client = gateway("acme", "acme", 0)) {
            for (byte[] arguments :
                    new byte[][] {{}, {0}, {0, 0}, {'a'}, {(byte) 0xFF, (byte) 0xFE, 0}, new byte[5000]}) {
                assertThat(client.command(Command.COM_FIELD_LIST, arguments).isError())
                        .isTrue();
            }
            assertThat(client.query("SELECT 'goes on'").value()).isEqualTo("goes on");
        }
    }
}
