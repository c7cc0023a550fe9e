// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.config.StatementsConfig;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SetupStatementTest {
    private static String of(long timeoutMillis) {
        return SetupStatement.of(StatementsConfig.of(Map.of(StatementsConfig.TIMEOUT_MILLIS, timeoutMillis)), false);
    }

    @Test
    void tellsEachFamilyTheTimeInItsUnit() {
        assertThat(of(1_005)).contains("max_statement_time=2.005 ").contains("max_execution_time=2005 ");
        assertThat(of(0)).doesNotContain("max_");
    }

    @Test
    void writesDigitsThatServersKnowWhereTheMachinesLanguageHasOthers() {
        var before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("fa"));
        try {
            assertThat(of(1_005)).contains("max_statement_time=2.005 ");
        } finally {
            Locale.setDefault(before);
        }
    }
}
