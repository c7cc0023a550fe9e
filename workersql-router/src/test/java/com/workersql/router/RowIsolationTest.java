// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.policy.PolicyException;
import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowIsolationTest {

    private static final RoutingPolicy POLICY = RoutingPolicy.parse("""
            version: 1
            shards: [shard_0, shard_1, shard_2, shard_3]
            defaults: { tenant_column: tenant_id }
            tenants:
              acme: { shard: shard_1, isolation: row, database: shared }
              globex: { shard: shard_2, isolation: row, database: shared }
            tables:
              events: { strategy: hash, key: tenant_id, key_type: string, key_collation: utf8mb4_bin }
              orders: { strategy: hash, key: customer_id, key_type: int }
              countries: { strategy: reference }
              invoices: { strategy: single, shard: shard_3, tenant_column: owner }
            """);

    private final Router router = Router.builder(POLICY).build();
    private final StatementContext acme = StatementContext.of("acme", ServerFlavor.MARIADB, 110405)
            .withSchema("shared")
            .withOwnAccount(true);

    private RoutePlan plan(String sql) {
        return router.plan(Statement.of(acme, sql));
    }

    private static String text(RoutePlan plan) {
        return new String(((SingleShard) plan).rewritten().sql(), StandardCharsets.UTF_8);
    }

    private int errno(String sql) {
        return ((Refused) plan(sql)).errno();
    }

    @Test
    void theTextThatIsSentHoldsThePredicateAndGoesWhereTheTablesAre() {
        RoutePlan plan = plan("SELECT * FROM notes WHERE a = 1 OR 1");
        assertThat(text(plan)).isEqualTo("SELECT * FROM notes WHERE notes.`tenant_id` = 'acme' AND ( a = 1 OR 1)");
        assertThat(((SingleShard) plan).shard()).isEqualTo("shard_1");
        assertThat(((SingleShard) plan("SELECT * FROM invoices")).shard()).isEqualTo("shard_3");
        assertThat(text(plan("SELECT * FROM invoices"))).endsWith("WHERE invoices.`owner` = 'acme'");
        assertThat(((SingleShard) plan("SELECT 1")).shard()).isEqualTo("shard_1");
    }

    @Test
    void theTenantColumnMayBeTheShardKey() {
        String shard = ((SingleShard) plan("SELECT COUNT(*) FROM events")).shard();
        Router plain = Router.builder(POLICY).build();
        StatementContext noTenant = StatementContext.of(null, ServerFlavor.MARIADB, 110405);
        assertThat(plain.plan(Statement.of(noTenant, "SELECT * FROM events WHERE tenant_id = 'acme'")))
                .isInstanceOfSatisfying(
                        SingleShard.class, single -> assertThat(single.shard()).isEqualTo(shard));
        assertThat(((SingleShard) plan("INSERT INTO events (a) VALUES (1), (2)")).shard())
                .isEqualTo(shard);
        assertThat(((SingleShard) plan("UPDATE events SET a = 2")).shard()).isEqualTo(shard);
    }

    @Test
    void keyedTablesGoByTheirKeyAndEveryPartHoldsThePredicate() {
        SingleShard one = (SingleShard) plan("SELECT * FROM orders WHERE customer_id = 5");
        assertThat(text(one)).contains("orders.`tenant_id` = 'acme'");
        RoutePlan all = plan("SELECT * FROM orders");
        assertThat(all).isInstanceOfSatisfying(RoutePlan.MultiShard.class, several -> {
            assertThat(several.parts()).hasSize(4);
            assertThat(several.parts())
                    .allSatisfy(part -> assertThat(new String(part.sql(), StandardCharsets.UTF_8))
                            .contains("orders.`tenant_id` = 'acme'"));
        });
    }

    @Test
    void aShapeIsAnalysedOnceAndServesEveryTenant() {
        plan("SELECT * FROM notes WHERE id = 1");
        long misses = router.stats().misses();
        assertThat(router.planIfCached(Statement.of(acme, "SELECT * FROM notes WHERE id = 2")))
                .isNotNull();
        StatementContext globex =
                StatementContext.of("globex", ServerFlavor.MARIADB, 110405).withSchema("shared");
        assertThat(text(router.plan(Statement.of(globex, "SELECT * FROM notes WHERE id = 3"))))
                .contains("notes.`tenant_id` = 'globex'");
        assertThat(router.stats().misses()).isEqualTo(misses);
    }

    @Test
    void theValueOfAPlaceholderForTheTenantColumnIsChecked() {
        byte[] sql = "INSERT INTO notes (id, tenant_id) VALUES (?, ?)".getBytes(StandardCharsets.UTF_8);
        assertThat(router.planPrepare(new Statement(acme, sql, 0, sql.length, null, null)))
                .isInstanceOf(SingleShard.class);
        for (String value : List.of("acme", "globex", "ACME", "acme ")) {
            List<ParameterValue> values = List.of(new ParameterValue.SignedInteger(1), new ParameterValue.Text(value));
            Parameters parameters = new ListedParameters(values);
            assertThat(router.plan(new Statement(acme, sql, 0, sql.length, parameters, null)))
                    .as(value)
                    .isInstanceOf(value.equals("acme") ? SingleShard.class : Refused.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO notes (a, tenant_id) VALUES (1, 'globex')",
                "SELECT * FROM other.notes",
                "SELECT other.notes.a FROM notes",
                "SELECT * FROM information_schema.tables",
                "SELECT * FROM mysql.user",
                "SHOW COLUMNS FROM other.notes",
            })
    void whatIsAnotherTenantsIsDenied(String sql) {
        assertThat(errno(sql)).isEqualTo(1142);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT a FROM notes FOR SYSTEM_TIME ALL",
                "SELECT a FROM notes FETCH FIRST 2 ROWS ONLY",
                "SELECT a FROM notes LIMIT ROWS EXAMINED 5",
                "SELECT a FROM notes INTERSECT SELECT a FROM notes",
                "DELETE FROM notes FOR PORTION OF p FROM '2026-01-01' TO '2026-02-01'",
                "DELETE HISTORY FROM notes",
                "CREATE TABLE x (a INT)",
                "CREATE TEMPORARY TABLE x (a INT)",
                "ALTER TABLE notes ADD x INT",
                "DROP TABLE notes",
                "TRUNCATE notes",
                "RENAME TABLE notes TO x",
                "CREATE VIEW v AS SELECT 1",
                "REPLACE INTO notes (a) VALUES (1)",
                "INSERT INTO notes (a) VALUES (1) ON DUPLICATE KEY UPDATE a = 2",
                "INSERT INTO notes VALUES (1)",
                "INSERT INTO countries (a) VALUES (1)",
                "UPDATE countries SET a = 1",
                "UPDATE notes SET tenant_id = 'globex'",
                "DELETE notes, countries FROM notes, countries",
                "HANDLER notes OPEN",
                "LOCK TABLES notes READ",
                "CHECKSUM TABLE notes",
                "ANALYZE TABLE notes",
                "CALL p()",
                "SELECT f(1)",
                "SELECT GET_LOCK('a', 1)",
                "SELECT NEXTVAL(s)",
                "TABLE notes",
                "SELECT * FROM notes PROCEDURE ANALYSE()",
                "SELECT * FROM notes FOR SYSTEM_TIME ALL",
                "SELECT * FROM notes /*!50000 WHERE 1 */",
                "SELECT a b c FROM notes",
                "PREPARE s FROM 'SELECT * FROM notes'",
                "EXECUTE IMMEDIATE 'SELECT * FROM notes'",
                "SET ROLE x",
                "SET STATEMENT max_statement_time = 1 FOR SELECT * FROM notes",
                "EXPLAIN SELECT * FROM notes",
                "SHOW TABLE STATUS",
                "SHOW INDEX FROM notes",
                "SHOW CREATE TABLE notes",
                "SHOW DATABASES",
                "SHOW VARIABLES WHERE 1 IN (SELECT a FROM (notes))",
                "SET STATEMENT max_statement_time = 1 FOR DELETE FROM notes",
                "BEGIN NOT ATOMIC SELECT * FROM notes; END"
            })
    void whatCannotBeKeptToTheTenantsRowsIsRefused(String sql) {
        assertThat(errno(sql)).isEqualTo(1235);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SHOW TABLES", "SHOW FULL COLUMNS FROM notes", "DESCRIBE notes", "SHOW VARIABLES LIKE 'x'"})
    void descriptionsOfTheSharedTablesAreShown(String sql) {
        assertThat(plan(sql)).isInstanceOf(SingleShard.class);
    }

    @Test
    void localStatementsStayLocalAndTheSchemaIsTheSharedOne() {
        assertThat(plan("BEGIN")).isInstanceOf(RoutePlan.Local.class);
        assertThat(plan("USE shared")).isInstanceOf(RoutePlan.Local.class);
        assertThat(errno("USE information_schema")).isEqualTo(1044);
        assertThat(text(plan("SET @a = (SELECT MAX(a) FROM notes)"))).contains("WHERE notes.`tenant_id` = 'acme'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tenants: { a: { shard: s, isolation: row, database: d }, A: { shard: s, isolation: row, database: d } }",
                "tenants: { a: { shard: s, isolation: row, database: d, tenant_value: 1 }, b: { shard: s, isolation: row, database: d } }",
                "tenants: { a: { shard: s, isolation: row, database: d, tenant_value: \"a'b\" } }",
                "tenants: { a: { shard: s, tenant_value: x } }"
            })
    void valuesThatAColumnCouldNotTellApartAreRefused(String tenants) {
        assertThatThrownBy(
                        () -> RoutingPolicy.parse("{ shards: [s], defaults: { tenant_column: t }, " + tenants + " }"))
                .isInstanceOf(PolicyException.class);
    }

    @Test
    void rowIsolationNeedsAColumn() {
        assertThatThrownBy(() -> RoutingPolicy.parse(
                        "{ shards: [s], tenants: { a: { shard: s, isolation: row, database: d } } }"))
                .hasMessageContaining("tenant_column");
    }
}
