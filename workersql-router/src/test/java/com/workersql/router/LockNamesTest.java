// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The names of user locks of tenants that share a server are told apart. */
class LockNamesTest {
    private final Router router = Router.builder(RoutingPolicy.builder()
                    .shards(List.of("shard_0", "shard_1"))
                    .tenant("acme", "shard_0", Isolation.SCHEMA, "acme")
                    .tenant("globex", "shard_0", Isolation.SCHEMA, "globex")
                    .tenant("alone", "shard_1", Isolation.SHARD, "alone")
                    .build())
            .build();

    private RoutePlan plan(String tenant, String sql) {
        return router.plan(Statement.of(
                StatementContext.of(tenant, ServerFlavor.MARIADB, 110405)
                        .withSchema(tenant)
                        .withOwnAccount(true),
                sql));
    }

    private String sent(String tenant, String sql) {
        var rewritten = ((RoutePlan.SingleShard) plan(tenant, sql)).rewritten();
        return rewritten == null ? null : new String(rewritten.sql(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "SELECT GET_LOCK('job', 5) | SELECT GET_LOCK(CONCAT('P', 'job'), 5) AS `GET_LOCK('job', 5)`",
                "SELECT get_lock ( ?, ? ) AS g | SELECT get_lock ( CONCAT('P', ?), ? ) AS g",
                "DO RELEASE_LOCK('job') | DO RELEASE_LOCK(CONCAT('P', 'job'))",
                "SELECT a FROM t WHERE IS_FREE_LOCK(LOWER(b)) = 1 | SELECT a FROM t WHERE IS_FREE_LOCK(CONCAT('P', LOWER(b))) = 1",
                "DO /* x */ `is_used_lock` /* y */ (CONCAT(a, ',', b)) | DO /* x */ `is_used_lock` /* y */ (CONCAT('P', CONCAT(a, ',', b)))",
                "INSERT INTO t VALUES (GET_LOCK('a', 0)), (GET_LOCK('b', 0)) | INSERT INTO t VALUES (GET_LOCK(CONCAT('P', 'a'), 0)), (GET_LOCK(CONCAT('P', 'b'), 0))",
                "DO GET_LOCK(IF(IS_FREE_LOCK('a'), 'b', 'c'), 0) | DO GET_LOCK(CONCAT('P', IF(IS_FREE_LOCK(CONCAT('P', 'a')), 'b', 'c')), 0)",
                "CREATE FUNCTION f() RETURNS INT RETURN GET_LOCK('a', 1) | CREATE FUNCTION f() RETURNS INT RETURN GET_LOCK(CONCAT('P', 'a'), 1)",
                "CREATE PROCEDURE p(n INT) DO RELEASE_LOCK(n) | CREATE PROCEDURE p(n INT) DO RELEASE_LOCK(CONCAT('P', n))",
                "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.a = IS_FREE_LOCK('a') | CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW SET NEW.a = IS_FREE_LOCK(CONCAT('P', 'a'))",
                "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DO GET_LOCK('a', 1) | CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DO GET_LOCK(CONCAT('P', 'a'), 1)",
                "CREATE VIEW v AS SELECT IS_USED_LOCK('a') AS l | CREATE VIEW v AS SELECT IS_USED_LOCK(CONCAT('P', 'a')) AS l",
                "SHOW VARIABLES WHERE GET_LOCK('a', 0) | SHOW VARIABLES WHERE GET_LOCK(CONCAT('P', 'a'), 0)"
            })
    void aNameIsPrefixedByItsTenant(String sql, String expected) {
        assertThat(sent("acme", sql).replaceAll("'[0-9a-f]{12}:'", "'P'")).isEqualTo(expected);
        assertThat(sent("globex", sql)).isNotEqualTo(sent("acme", sql));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET @a = GET_LOCK('job', 5)",
                "PREPARE p FROM 'SELECT GET_LOCK(1, 2)'",
                "EXECUTE IMMEDIATE 'DO RELEASE_LOCK(1)'",
                "DO GET_LOCK('a', 1); DO RELEASE_LOCK('a')",
                "CREATE PROCEDURE p() BEGIN DO GET_LOCK('a', 1); DO RELEASE_LOCK('a'); END"
            })
    void whatCannotBePrefixedIsRefused(String sql) {
        assertThat(plan("acme", sql))
                .isInstanceOfSatisfying(
                        RoutePlan.Refused.class, no -> assertThat(no.errno()).isEqualTo(1235));
    }

    @Test
    void otherTextsAreSentAsTheyAre() {
        assertThat(sent("acme", "SELECT 'GET_LOCK(1)', get_lock, acme.get_lock(1) FROM t"))
                .isNull();
        assertThat(sent("acme", "SELECT RELEASE_ALL_LOCKS()")).isNull();
        assertThat(sent("alone", "SELECT GET_LOCK('job', 5)")).isNull();
    }
}
