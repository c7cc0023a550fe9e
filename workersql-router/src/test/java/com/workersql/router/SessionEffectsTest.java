// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What statements leave behind in their session, or read of it. */
class SessionEffectsTest {

    private final TenantTexts texts = new TenantTexts();

    private StatementInfo info(String sql) {
        return texts.plan(sql).statement();
    }

    /** The effects that concern what is kept, rather than what a statement reads. */
    private Set<SessionEffect> kept(String sql) {
        EnumSet<SessionEffect> effects = EnumSet.noneOf(SessionEffect.class);
        effects.addAll(info(sql).effects());
        effects.removeAll(Set.of(SessionEffect.TABLES, SessionEffect.QUERY, SessionEffect.AGGREGATE));
        return effects;
    }

    @Test
    void effectsNameWhatTheSessionMustKeep() {
        assertThat(kept("SELECT @a := 1")).containsExactly(SessionEffect.USER_VARIABLE);
        assertThat(kept("SELECT a INTO @x FROM t"))
                .containsExactlyInAnyOrder(SessionEffect.USER_VARIABLE, SessionEffect.OTHER_FOUND_ROWS);
        assertThat(kept("SELECT @a")).containsExactly(SessionEffect.USER_VARIABLE_USED);
        assertThat(kept("SELECT GET_LOCK('a', 1)"))
                .containsExactly(SessionEffect.USER_LOCK, SessionEffect.LOCK_NAME_USED);
        assertThat(kept("SELECT `is_free_lock`('a')")).contains(SessionEffect.LOCK_NAME_USED);
        assertThat(kept("SELECT SQL_CALC_FOUND_ROWS a FROM t")).containsExactly(SessionEffect.FOUND_ROWS);
        assertThat(kept("SELECT nextval('s'), lastval(a)"))
                .as("stored functions, where there are no sequences")
                .containsExactly(SessionEffect.CALL);
        assertThat(kept("SELECT a FROM t FOR UPDATE")).containsExactly(SessionEffect.ROW_LOCK);
        assertThat(kept("SELECT a FROM t LOCK IN SHARE MODE")).containsExactly(SessionEffect.ROW_LOCK);
        assertThat(kept("INSERT INTO t VALUES (LAST_INSERT_ID())")).containsExactly(SessionEffect.LAST_INSERT_ID_USED);
        assertThat(kept("UPDATE t SET a = LAST_INSERT_ID(a + 1)")).containsExactly(SessionEffect.LAST_INSERT_ID);
        assertThat(kept("SELECT @@warning_count")).containsExactly(SessionEffect.DIAGNOSTICS_USED);
        assertThat(kept("SELECT my_function(1)")).containsExactly(SessionEffect.CALL);
        assertThat(kept("SELECT `my function`(1)")).containsExactly(SessionEffect.CALL);
        assertThat(kept("SELECT ta.f(1)")).containsExactly(SessionEffect.CALL);
        assertThat(kept("CREATE TEMPORARY TABLE x (a INT)")).containsExactly(SessionEffect.TEMPORARY_TABLE);
        assertThat(kept("CREATE TABLE x (a INT)")).containsExactly(SessionEffect.IMPLICIT_COMMIT);
        assertThat(kept("PREPARE s FROM 'SELECT @a := 1'"))
                .containsExactlyInAnyOrder(SessionEffect.TEXT_PREPARE, SessionEffect.USER_VARIABLE);
        assertThat(kept("SET ROLE x")).containsExactly(SessionEffect.SET_ROLE);
        assertThat(kept("SELECT COUNT(*), IFNULL(a, 1), EXTRACT(DAY FROM b) FROM t WHERE a IN (1) AND (b) OR NOT (c)"))
                .isEmpty();
        assertThat(kept("INSERT INTO t (a) VALUES (1)")).isEmpty();
        assertThat(kept("SELECT a FROM t USE INDEX (i) JOIN (SELECT 1) AS x (c) ON (1) ORDER BY a"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT a FROM t LIMIT 2, 3",
                "SELECT a FROM t LIMIT 3 OFFSET 2",
                "SELECT 1 UNION SELECT 2",
                "SELECT a FROM t INTO @x"
            })
    void aQueryThatMayFindOtherRowsThanItSends(String sql) {
        assertThat(info(sql).effects()).contains(SessionEffect.OTHER_FOUND_ROWS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"SELECT a FROM t LIMIT 3", "SELECT a, b FROM t ORDER BY a, b LIMIT 3", "INSERT INTO t VALUES (1)"
            })
    void aQueryThatFindsTheRowsThatItSends(String sql) {
        assertThat(info(sql).effects()).doesNotContain(SessionEffect.OTHER_FOUND_ROWS, SessionEffect.QUERY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT COUNT(*) FROM t WHERE id = 7",
                "SELECT 1, MAX(a) FROM t",
                "SELECT a, COUNT(*) FROM (SELECT MIN(a) a FROM t) s GROUP BY a"
            })
    void aQueryThatMakesOneRowOfAll(String sql) {
        assertThat(info(sql).effects()).contains(SessionEffect.AGGREGATE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"SELECT a, COUNT(*) FROM t GROUP BY a", "SELECT count FROM t", "SELECT COUNT(*)", "DELETE FROM t"
            })
    void aQueryThatMakesNoRowOfSeveral(String sql) {
        assertThat(info(sql).effects()).doesNotContain(SessionEffect.AGGREGATE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE t, u SET t.a = 1",
                "UPDATE t JOIN u ON t.id = u.id SET t.a = 1",
                "DELETE t FROM t JOIN u ON t.id = u.id",
                "DELETE FROM t USING t, u WHERE t.id = u.id",
                "INSERT INTO t SELECT a FROM u"
            })
    void aWriteThatRunsAsAQuery(String sql) {
        assertThat(info(sql).effects()).contains(SessionEffect.QUERY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE t SET a = 1, b = 2 WHERE id IN (1, 2)",
                "DELETE LOW_PRIORITY QUICK FROM t WHERE id IN (1, 2) LIMIT 2",
                "DELETE FROM t ORDER BY a, b"
            })
    void aWriteToOneTable(String sql) {
        assertThat(info(sql).effects()).doesNotContain(SessionEffect.QUERY);
    }
}
