// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection whose client becomes another tenant's user has nothing left of what it was. */
class ChangeUserIT {
    private static final long CAPABILITIES = CapabilityFlags.CLIENT_LONG_PASSWORD
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_MULTI_RESULTS
            | CapabilityFlags.CLIENT_DEPRECATE_EOF;

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(config -> Fleet.withConnections(config, 4));
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @BeforeEach
    void makeTables() throws IOException {
        for (String tenant : Fleet.TENANTS) {
            try (var client = connect(tenant)) {
                client.query("DROP TABLE IF EXISTS mine");
                client.query("CREATE TABLE mine (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(20))");
                client.query("INSERT INTO mine (v) VALUES ('" + tenant + "')");
            }
        }
    }

    @Test
    void nothingIsLeftOfTheOtherTenant() throws IOException {
        try (var client = connect("acme");
                var witness = connect("acme")) {
            var prepared =
                    client.command(Command.COM_STMT_PREPARE, "SELECT v FROM mine".getBytes(StandardCharsets.UTF_8));
            for (String sql : List.of(
                    "SET @secret = 'of acme'",
                    "SET sql_mode = 'ANSI_QUOTES'",
                    "SET time_zone = '+05:00'",
                    "DO GET_LOCK('of acme', 1)",
                    "CREATE TEMPORARY TABLE hidden (v INT)",
                    "PREPARE kept FROM 'SELECT 1'",
                    "BEGIN",
                    "INSERT INTO mine (v) VALUES ('not committed')",
                    "SELECT CAST('x' AS SIGNED)")) {
                assertThat(client.query(sql).isError()).as(sql).isFalse();
            }

            assertThat(client.changeUser("globex", fleet.password("globex"), "globex")
                            .isError())
                    .isFalse();

            assertThat(client.query("SHOW WARNINGS").rows()).isEmpty();
            assertThat(client.query("SELECT FOUND_ROWS() < 2, LAST_INSERT_ID(), ROW_COUNT()")
                            .rows())
                    .hasSize(1)
                    .allSatisfy(row -> assertThat(row.get(1)).isEqualTo("0"));
            assertThat(client.query("SELECT @secret IS NULL, DATABASE()").rows())
                    .containsExactly(List.of("1", "globex"));
            assertThat(client.query("SELECT USER()").value()).startsWith("globex@");
            assertThat(client.query("SELECT v FROM mine").rows()).containsExactly(List.of("globex"));
            assertThat(client.query("SELECT @@sql_mode LIKE '%ANSI_QUOTES%', @@time_zone")
                            .rows())
                    .containsExactly(List.of("0", "SYSTEM"));
            assertThat(client.query("SELECT * FROM hidden").errno()).isEqualTo(1146);
            assertThat(client.query("SELECT * FROM acme.mine").errno()).isEqualTo(1142);
            assertThat(client.query("EXECUTE kept").errno()).isEqualTo(1243);
            assertThat(client.command(Command.COM_STMT_EXECUTE, execution(prepared.statementId()))
                            .errno())
                    .isEqualTo(1243);
            assertThat(client.query("SHOW GATEWAY SESSIONS").rows().toString()).doesNotContain("acme");

            assertThat(witness.query("SELECT GET_LOCK('of acme', 2)").value())
                    .as("the lock is free")
                    .isEqualTo("1");
            assertThat(witness.query("SELECT v FROM mine").rows()).containsExactly(List.of("acme"));
            assertThat(witness.query("SHOW GATEWAY SESSIONS").rows().toString()).doesNotContain("globex");
        }
    }

    private static byte[] execution(int statement) {
        return ByteBufUtil.getBytes(
                Unpooled.buffer().writeIntLE(statement).writeByte(0).writeIntLE(1));
    }

    private static RawClient connect(String tenant) throws IOException {
        return fleet.raw(tenant, CAPABILITIES);
    }
}
