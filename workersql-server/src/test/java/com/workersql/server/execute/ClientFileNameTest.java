// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientFileNameTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
            LOAD DATA LOCAL INFILE 'a' INTO TABLE t             | a
            load data low_priority local infile"a b" into table t | a b
            LOAD XML CONCURRENT LOCAL/* INFILE 'x' */INFILE 'a' INTO TABLE t | a
            LOAD DATA LOCAL INFILE 'it''s' INTO TABLE t         | it's
            LOAD DATA LOCAL INFILE 'C:\\\\x\\'y' INTO TABLE t   | C:\\x'y
            LOAD DATA LOCAL INFILE 'a\\0' INTO TABLE t          | -
            LOAD DATA LOCAL INFILE 'a                           | -
            LOAD DATA LOCAL INFILE _utf8'a' INTO TABLE t        | -
            LOAD DATA LOCAL INFILE INTO TABLE t                 | -
            LOAD DATA /*! LOCAL INFILE 'a' */ INTO TABLE t      | -
            LOAD DATA INFILE 'LOCAL INFILE' INTO TABLE t        | -
            SELECT 'LOCAL INFILE' 'a'                           | -
            """)
    void isReadWithCertaintyOrNotAtAll(String sql, String expected) {
        byte[] name = ClientFileName.of(sql.getBytes(StandardCharsets.UTF_8), false);

        assertThat(name == null ? null : new String(name, StandardCharsets.UTF_8))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            LOAD DATA INFILE '/etc/passwd' INTO TABLE t         | true
            LOAD DATA CONCURRENT INFILE '/etc/passwd' INTO TABLE local | true
            LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t   | false
            SELECT 1                                            | false
            """)
    void aServersFileIsNoClients(String sql, boolean servers) {
        assertThat(ClientFileName.isServers(sql.getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(servers);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock = "LOAD DATA LOCAL INFILE 'C:\\\\x\\' INTO TABLE t | C:\\\\x\\")
    void aBackslashIsOneWhereTheSessionSaysSo(String sql, String expected) {
        byte[] name = ClientFileName.of(sql.getBytes(StandardCharsets.UTF_8), true);

        assertThat(new String(name, StandardCharsets.UTF_8)).isEqualTo(expected);
    }
}
