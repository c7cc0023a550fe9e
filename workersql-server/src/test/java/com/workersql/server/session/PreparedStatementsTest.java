// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PreparedStatementsTest {
    private final PreparedStatements statements = new PreparedStatements(10);

    private ClientStatement prepare() {
        statements.preparing();
        var statement = new ClientStatement(statements.nextId(), new byte[0], 0, null);
        statements.add(statement);
        return statement;
    }

    @Test
    void minusOneIsTheStatementThatWasPreparedLast() {
        assertThat(statements.get(-1)).isNull();
        var first = prepare();
        var second = prepare();

        assertThat(statements.get(-1)).isSameAs(second);
        assertThat(statements.get(first.id())).isSameAs(first);
    }

    @Test
    void noStatementIsTheLastOneBehindAFailureOrItsEnd() {
        prepare();
        statements.preparing();
        assertThat(statements.get(-1)).as("the next one could not be prepared").isNull();

        var closed = prepare();
        assertThat(statements.remove(-1)).isSameAs(closed);
        assertThat(statements.get(closed.id())).isNull();
        assertThat(statements.get(-1)).isNull();

        prepare();
        statements.clear();
        assertThat(statements.get(-1)).isNull();
    }
}
