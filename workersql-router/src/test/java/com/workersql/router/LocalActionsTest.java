// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.LocalAction.Assignment;
import com.workersql.router.LocalAction.Scope;
import com.workersql.router.RoutePlan.Local;
import com.workersql.router.RoutePlan.SingleShard;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the gateway does itself, as statements say it. */
class LocalActionsTest {

    private final TenantTexts texts = new TenantTexts();

    private RoutePlan plan(String sql) {
        return texts.plan(sql);
    }

    private LocalAction action(String sql) {
        return ((Local) plan(sql)).action();
    }

    @Test
    void assignmentsAreReadOneByOne() {
        assertThat(action("SET autocommit=0, @@session.SQL_MODE = 'ANSI', @x := 1 + 2, NAMES 'utf8mb4'"))
                .isEqualTo(new LocalAction.SetVariables(List.of(
                        new Assignment(Scope.SESSION, "autocommit", "0", true),
                        new Assignment(Scope.SESSION, "sql_mode", "'ANSI'", true),
                        new Assignment(Scope.USER, "x", "1 + 2", false),
                        new Assignment(Scope.NAMES, "names", "'utf8mb4'", true))));
        assertThat(action("SET CHARACTER SET latin1"))
                .isEqualTo(new LocalAction.SetVariables(
                        List.of(new Assignment(Scope.CHARACTER_SET, "character set", "latin1", true))));
        assertThat(action("SET @@a = -1"))
                .isEqualTo(new LocalAction.SetVariables(List.of(new Assignment(Scope.SESSION, "a", "-1", true))));
    }

    @Test
    void transactionsAreReadWithTheirWords() {
        assertThat(action("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"))
                .isEqualTo(new LocalAction.Begin(true, false, true));
        assertThat(action("COMMIT AND CHAIN")).isEqualTo(new LocalAction.Commit(true, false));
        assertThat(action("ROLLBACK WORK RELEASE")).isEqualTo(new LocalAction.Rollback(false, true));
        assertThat(action("SET TRANSACTION READ WRITE, ISOLATION LEVEL REPEATABLE READ"))
                .isEqualTo(new LocalAction.SetTransaction(false, LocalAction.Isolation.REPEATABLE_READ, false, true));
    }

    @Test
    void sessionFunctionsKeepTheirColumnNames() {
        assertThat(action("SELECT LAST_INSERT_ID( ), user() AS `me`, connection_id() id"))
                .isEqualTo(new LocalAction.SessionFunctions(List.of(
                        new LocalAction.Item(LocalAction.SessionFunction.LAST_INSERT_ID, "LAST_INSERT_ID( )"),
                        new LocalAction.Item(LocalAction.SessionFunction.USER, "me"),
                        new LocalAction.Item(LocalAction.SessionFunction.CONNECTION_ID, "id"))));
        assertThat(plan("SELECT LAST_INSERT_ID(5)")).isInstanceOf(SingleShard.class);
    }

    @Test
    void explainRouteTellsWhereItsStatementIs() {
        assertThat(action("EXPLAIN ROUTE  SELECT 1")).isEqualTo(new LocalAction.ExplainRoute(15, 8));
    }
}
