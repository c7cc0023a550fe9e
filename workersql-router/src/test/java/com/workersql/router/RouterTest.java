// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.LocalAction.Assignment;
import com.workersql.router.LocalAction.Scope;
import com.workersql.router.RoutePlan.Local;
import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TenantPlacement;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouterTest {

    private static final RoutingPolicy POLICY = RoutingPolicy.builder()
            .shards(List.of("shard_0", "shard_1"))
            .tenant("ta", "shard_0", Isolation.SCHEMA, "ta")
            .tenant("rows", "shard_0", Isolation.ROW, "shared")
            .build();

    private static final StatementContext CONTEXT = StatementContext.of("ta", ServerFlavor.MYSQL, 80036)
            .withSchema("ta")
            .withOwnAccount(true);

    private final Router router = Router.builder(POLICY).hashSeed(1).build();

    private static TenantPlacement placed(String tenant, String shard) {
        return new TenantPlacement(tenant, shard, Isolation.SCHEMA, "ta", true, "the caller");
    }

    private RoutePlan plan(String sql) {
        return router.plan(Statement.of(CONTEXT, sql));
    }

    private StatementInfo info(String sql) {
        return plan(sql).statement();
    }

    /** The effects that concern what is kept, rather than what a statement reads. */
    private Set<SessionEffect> kept(String sql) {
        EnumSet<SessionEffect> effects = EnumSet.noneOf(SessionEffect.class);
        effects.addAll(info(sql).effects());
        effects.removeAll(Set.of(SessionEffect.TABLES, SessionEffect.QUERY, SessionEffect.AGGREGATE));
        return effects;
    }

    private LocalAction action(String sql) {
        return ((Local) plan(sql)).action();
    }

    @Test
    void aMissIsNotAnalysedUnlessAsked() {
        Statement statement = Statement.of(CONTEXT, "SELECT a FROM t WHERE id = 1");
        assertThat(router.planIfCached(statement)).isNull();
        RoutePlan plan = router.plan(statement);
        assertThat(router.planIfCached(statement)).isSameAs(plan);
        assertThat(router.planIfCached(Statement.of(CONTEXT, "SELECT a FROM t WHERE id = 2")))
                .isSameAs(plan);
        assertThat(router.stats()).returns(1L, RouterStats::misses).returns(2L, RouterStats::hits);
    }

    @Test
    void whatTokensDecideNeedsNoAnalysis() {
        for (String sql : List.of("BEGIN", "SET NAMES utf8mb4", "USE ta", "BEGIN; COMMIT", "SHUTDOWN", "")) {
            assertThat(router.planIfCached(Statement.of(CONTEXT, sql))).isNotNull();
        }
        assertThat(router.stats().misses()).isZero();
    }

    @Test
    void oneTenantsShapeServesAnotherButNotItsVerdict() {
        StatementContext other =
                StatementContext.of("tb", ServerFlavor.MYSQL, 80036).withSchema("tb");
        String sql = "SELECT * FROM ta.t WHERE id = 1";
        assertThat(plan(sql)).isInstanceOf(SingleShard.class);
        assertThat(router.planIfCached(Statement.of(other, sql)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.errno()).isEqualTo(1142));
    }

    @Test
    void denialsSayTheSameOfWhatExistsAndWhatDoesNot() {
        Refused first = (Refused) plan("SELECT * FROM tb.customers");
        assertThat(first.reason()).isEqualTo("SELECT command denied to this user for table 'tb.customers'");
        assertThat(first.sqlState()).isEqualTo("42000");
    }

    @Test
    void aNewPolicyHoldsFromTheNextStatementOn() {
        String sql = "SELECT a FROM t";
        assertThat(((SingleShard) plan(sql)).shard()).isEqualTo("shard_0");
        router.policy(RoutingPolicy.builder()
                .shards(List.of("shard_0", "shard_1"))
                .tenant("ta", "shard_1", Isolation.SCHEMA, "ta")
                .build());
        assertThat(((SingleShard) plan(sql)).shard()).isEqualTo("shard_1");
    }

    @Test
    void tenantsMayBePlacedByTheCaller() {
        Router router = Router.builder(POLICY)
                .tenantResolver(
                        (tenant, policy) -> tenant.equals("ta") ? policy.placement("ta") : placed(tenant, "shard_1"))
                .build();
        StatementContext other =
                StatementContext.of("x", ServerFlavor.MYSQL, 80036).withSchema("ta");
        assertThat(((SingleShard) router.plan(Statement.of(CONTEXT, "SELECT a FROM t"))).shard())
                .isEqualTo("shard_0");
        assertThat(((SingleShard) router.plan(Statement.of(other, "SELECT a FROM t"))).shard())
                .isEqualTo("shard_1");
        Router wrong = Router.builder(POLICY)
                .tenantResolver((tenant, policy) -> placed(tenant, "nowhere"))
                .onFault(fault -> "told: " + fault.getMessage())
                .build();
        assertThat(wrong.plan(Statement.of(CONTEXT, "SELECT a FROM t"))).isInstanceOfSatisfying(Refused.class, plan -> {
            assertThat(plan.errno()).isEqualTo(1105);
            assertThat(plan.reason()).startsWith("told: ").contains("nowhere");
        });
        assertThat(wrong.stats().faults()).isEqualTo(1);
    }

    @Test
    void oneShardWithoutTenantsIsAPlainProxy() {
        Router proxy = Router.builder(RoutingPolicy.parse("shards: [only]")).build();
        StatementContext context = StatementContext.of(null, ServerFlavor.MYSQL, 80036);
        for (String sql :
                List.of("SELECT * FROM any.thing", "GRANT ALL ON *.* TO x", "SHOW MASTER STATUS", "SELEC 1")) {
            assertThat(proxy.plan(Statement.of(context, sql)))
                    .isInstanceOfSatisfying(
                            SingleShard.class, plan -> assertThat(plan.shard()).isEqualTo("only"));
        }
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

    @Test
    void readingIsSaidOnlyOfWhatChangesNothing() {
        for (String sql :
                List.of("SELECT a FROM t", "SHOW TABLES", "EXPLAIN SELECT 1", "(SELECT 1) UNION (SELECT 2)")) {
            assertThat(info(sql).readsOnly()).as(sql).isTrue();
        }
        for (String sql : List.of(
                "SELECT a FROM t FOR SHARE",
                "SELECT GET_LOCK('a', 1)",
                "SELECT my_function()",
                "INSERT INTO t VALUES (1)",
                "WITH x AS (SELECT 1) DELETE FROM t",
                "CALL p()",
                "SELECT 'no end")) {
            assertThat(info(sql).readsOnly()).as(sql).isFalse();
        }
    }

    @Test
    void permissionsFollowWhatMayChange() {
        assertThat(info("SELECT 1").permission()).isEqualTo(PermissionClass.READ);
        assertThat(info("WITH x AS (SELECT 1) UPDATE t SET a = 1").permission()).isEqualTo(PermissionClass.WRITE);
        assertThat(info("DROP TABLE t").permission()).isEqualTo(PermissionClass.DDL);
        assertThat(info("PREPARE s FROM 'DROP TABLE t'").permission()).isEqualTo(PermissionClass.DDL);
        assertThat(info("GRANT ALL ON *.* TO x").permission()).isEqualTo(PermissionClass.ADMIN);
    }

    @Test
    void fingerprintsHoldNoPasswords() {
        for (String sql : List.of(
                "CREATE USER u IDENTIFIED BY 'secret'",
                "SET PASSWORD FOR u = 'secret'",
                "ALTER USER u IDENTIFIED WITH caching_sha2_password BY \"secret\"",
                "CHANGE REPLICATION SOURCE TO SOURCE_PASSWORD = 'secret'",
                "SET @a = 'secret'",
                "SELECT 1; SET PASSWORD = 'secret'")) {
            assertThat(info(sql).fingerprint()).as(sql).contains("?").doesNotContain("secret");
        }
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

    @Test
    void explanationsAreOfTheVeryPlan() {
        Statement statement = Statement.of(CONTEXT, "SELECT a FROM t JOIN ta.u ON 1");
        Explanation first = router.explain(statement);
        assertThat(first.plan()).isEqualTo(router.plan(statement));
        assertThat(first.tables()).containsExactly("t", "ta.u");
        assertThat(first)
                .returns("single_shard", Explanation::kind)
                .returns("explicit tenant ta", Explanation::reason)
                .returns(List.of("shard_0"), Explanation::shards)
                .returns(false, Explanation::cacheHit);
        assertThat(router.explain(statement).cacheHit()).isTrue();
    }

    @Test
    void theCacheHoldsNoMoreThanItsWeight() {
        Router small = Router.builder(POLICY).planCacheMaxWeightBytes(20_000).build();
        for (int i = 0; i < 300; i++) {
            small.plan(Statement.of(CONTEXT, "SELECT a" + i + " FROM t"));
        }
        RouterStats stats = small.stats();
        assertThat(stats.misses()).isEqualTo(300);
        assertThat(stats.cachedWeightBytes()).isLessThanOrEqualTo(20_000);
        assertThat(stats.evictions()).isGreaterThan(200);
    }

    @Test
    void aMegabyteOfParenthesesIsRefusedByTheLexer() {
        Refused refused = (Refused) plan("SELECT " + "(".repeat(1 << 20));
        assertThat(refused.errno()).isEqualTo(1235);
        assertThat(refused.reason()).contains("nesting deeper than 256");
        assertThat(router.stats().misses()).isZero();
    }

    @Test
    void longChainsOverflowNoStack() {
        assertThat(plan("SELECT a FROM t WHERE a = 1" + " AND a = 1".repeat(4_000)))
                .isInstanceOf(SingleShard.class);
        assertThat(plan("SELECT a FROM t WHERE a = 1" + " OR b = 1".repeat(100_000)))
                .isInstanceOfSatisfying(
                        SingleShard.class,
                        single ->
                                assertThat(single.discardConnectionAfterwards()).isTrue());
        assertThat(plan("SELECT " + "a BETWEEN 1 AND ".repeat(3_000) + "1")).isInstanceOf(SingleShard.class);
    }

    @Test
    void noTextMakesPlanningFail() {
        Random random = new Random(3);
        List<String> words = List.of(
                "SELECT",
                "INSERT",
                "INTO",
                "UPDATE",
                "SET",
                "DELETE",
                "FROM",
                "t",
                "`t`",
                "tb.m",
                ".",
                ",",
                "(",
                ")",
                "VALUES",
                "=",
                "1",
                "'x'",
                "WHERE",
                "AND",
                "IN",
                "?",
                "WITH",
                "AS",
                "UNION",
                "CREATE",
                "TABLE",
                "SHOW",
                "LOCK",
                "TABLES",
                "BEGIN",
                "COMMIT",
                "@a",
                "@@b",
                ":=",
                ";",
                "{",
                "}",
                "PREPARE",
                "s",
                "EXECUTE",
                "IMMEDIATE",
                "*",
                "ON",
                "JOIN",
                "EXPLAIN",
                "ROUTE",
                "KILL",
                "USE",
                "NAMES",
                "GLOBAL",
                "TRANSACTION",
                "DROP",
                "DATABASE",
                "CALL",
                "-",
                "INTERVAL");
        Set<StatementContext> contexts = Set.of(
                CONTEXT,
                StatementContext.of(null, ServerFlavor.MARIADB, 110405),
                StatementContext.of("rows", ServerFlavor.MYSQL, 80036));
        for (int round = 0; round < 5_000; round++) {
            StringBuilder sql = new StringBuilder();
            int length = random.nextInt(12);
            for (int i = 0; i < length; i++) {
                sql.append(words.get(random.nextInt(words.size()))).append(random.nextInt(4) == 0 ? "" : " ");
            }
            for (StatementContext context : contexts) {
                assertThat(VerdictFile.verdict(router.plan(Statement.of(context, sql.toString()))))
                        .as(sql.toString())
                        .isNotEqualTo("1105");
            }
        }
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
