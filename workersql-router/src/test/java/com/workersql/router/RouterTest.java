// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TenantPlacement;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

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
}
