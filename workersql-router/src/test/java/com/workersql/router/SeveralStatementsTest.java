// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SeveralStatementsTest {

    private final Router router = Router.builder(RoutingPolicy.builder()
                    .shards(List.of("shard_0", "shard_1"))
                    .tenant("ta", "shard_1", Isolation.SCHEMA, "ta")
                    .build())
            .build();

    private final StatementContext context =
            StatementContext.of("ta", ServerFlavor.MYSQL, 80036).withSchema("ta");

    private List<String> split(String sql) {
        return router.split(Statement.of(context, sql)).stream()
                .map(part -> new String(part.bytes(), part.offset(), part.length(), StandardCharsets.UTF_8).strip())
                .toList();
    }

    @Test
    void aTextIsSplitWhereAServerWouldSplitIt() {
        assertThat(split("SELECT 1; SELECT ';' ; /* ; */ UPDATE t SET a = 1 -- ;\n;;"))
                .containsExactly("SELECT 1", "SELECT ';'", "/* ; */ UPDATE t SET a = 1 -- ;");
        assertThat(split("SELECT 1;")).containsExactly("SELECT 1;");
        assertThat(split("/*!50000 SELECT 1 */; SELECT 2")).containsExactly("/*!50000 SELECT 1 */", "SELECT 2");
    }

    @Test
    void whatStandsInAProgramOrInDoubtIsNotSplit() {
        for (String sql : List.of(
                "CREATE PROCEDURE p() BEGIN SELECT 1; SELECT 2; END",
                "SELECT 1; CREATE DEFINER = x TRIGGER p BEFORE INSERT ON t FOR EACH ROW BEGIN SET @a = 1; END",
                "BEGIN NOT ATOMIC SELECT 1; END",
                "SELECT 1 /*!50000 ; SELECT 2 */",
                "SELECT 1; SELECT 'no end")) {
            assertThat(split(sql)).as(sql).containsExactly(sql);
            assertThat(router.plan(Statement.of(context, sql))).as(sql).isInstanceOf(Refused.class);
        }
    }

    @Test
    void statementsOfOneShardMayBeSentAsTheyAre() {
        SingleShard plan = (SingleShard) router.plan(
                Statement.of(context, "SELECT @a := 1; INSERT INTO t VALUES (1); SELECT a FROM t FOR UPDATE"));
        assertThat(plan.shard()).isEqualTo("shard_1");
        assertThat(plan.statement().kind()).isEqualTo(StatementKind.MULTIPLE);
        assertThat(plan.statement().readsOnly()).isFalse();
        assertThat(plan.statement().permission()).isEqualTo(PermissionClass.WRITE);
        assertThat(plan.statement().effects())
                .containsExactlyInAnyOrder(SessionEffect.USER_VARIABLE, SessionEffect.TABLES, SessionEffect.ROW_LOCK);
    }

    @Test
    void statementsThatDecideHowTheNextIsRunAreNotSentAsOne() {
        for (String sql : List.of(
                "BEGIN; SELECT 1",
                "SET NAMES utf8mb4; SELECT 1",
                "SELECT 1; USE ta",
                "LOCK TABLES t READ; UNLOCK TABLES",
                "SELECT a b c d FROM t; SELECT 1")) {
            assertThat(router.plan(Statement.of(context, sql)))
                    .isInstanceOfSatisfying(
                            Refused.class, no -> assertThat(no.errno()).as(sql).isEqualTo(1235));
            assertThat(split(sql)).hasSize(2);
        }
    }

    @Test
    void partsJoinedAgainAreTheText() {
        Random random = new Random(11);
        List<String> pieces =
                List.of("SELECT 1", "DELETE FROM t", "'a;b'", "/* ; */", "`;`", "\n", "-- ;\n", "# ;\n", "x");
        for (int round = 0; round < 3_000; round++) {
            StringBuilder sql = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                sql.append(random.nextInt(3) == 0 ? ";" : pieces.get(random.nextInt(pieces.size())));
            }
            String joined = String.join("", split(sql.toString()));
            assertThat(bare(joined)).as(sql.toString()).isEqualTo(bare(sql.toString()));
        }
    }

    /** Comments that stand alone between semicolons belong to no statement. */
    private static String bare(String sql) {
        return sql.replaceAll("/\\* ; \\*/|-- ;|# ;", "").replaceAll("[;\\s]", "");
    }
}
