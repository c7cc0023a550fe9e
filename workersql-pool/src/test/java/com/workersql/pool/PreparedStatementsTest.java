// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PreparedStatementsTest {
    private final List<Integer> closed = new ArrayList<>();
    private final PreparedStatements statements = new PreparedStatements(2, closed::add);

    @Test
    void closesTheLeastRecentlyUsedBeyondTheLimit() {
        statements.remember(text("a"), 1, 0, 1);
        statements.remember(text("b"), 2, 0, 1);
        assertThat(statements.lookup(text("a")).statementId()).isEqualTo(1);

        statements.remember(text("c"), 3, 0, 1);

        assertThat(closed).containsExactly(2);
        assertThat(statements.lookup(text("b"))).isNull();
        assertThat(statements.size()).isEqualTo(2);
    }

    @Test
    void neverEvictsWhatIsHeld() {
        statements.remember(text("a"), 1, 0, 1).hold(true);
        statements.remember(text("b"), 2, 0, 1).hold(true);
        statements.remember(text("c"), 3, 0, 1);
        assertThat(closed).isEmpty();

        statements.remember(text("d"), 4, 0, 1);
        assertThat(closed).containsExactly(3);
    }

    @Test
    void theSameTextUnderAnotherSchemaIsAnotherStatement() {
        statements.remember(new StatementText("select 1".getBytes(UTF_8), "one", null), 1, 0, 1);

        assertThat(statements.lookup(new StatementText("select 1".getBytes(UTF_8), "two", null)))
                .isNull();
        assertThat(statements.lookup(new StatementText("select 1".getBytes(UTF_8), "one", "ANSI_QUOTES")))
                .isNull();
    }

    @Test
    void closesAnEarlierStatementOfTheSameText() {
        statements.remember(text("a"), 1, 0, 1);
        statements.remember(text("a"), 7, 0, 1);

        assertThat(closed).containsExactly(1);
        assertThat(statements.lookup(text("a")).statementId()).isEqualTo(7);
    }

    @Test
    void askingWhetherItIsPreparedIsNoUse() {
        statements.remember(text("a"), 1, 0, 1);
        statements.remember(text("b"), 2, 0, 1);
        assertThat(statements.contains(text("a"))).isTrue();

        statements.remember(text("c"), 3, 0, 1);

        assertThat(closed).containsExactly(1);
    }

    private static StatementText text(String sql) {
        return new StatementText(sql.getBytes(UTF_8), null, null);
    }
}
