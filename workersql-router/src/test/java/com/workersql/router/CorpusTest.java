// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What becomes of the statements of real applications: of a tenant with a home, and over tables spread by a key. */
class CorpusTest {

    private static final Path LIST = Path.of("src/test/resources/com/workersql/router/corpus.txt");

    /** Each application's tables by the key that its accesses suggest; what has none is on one shard or on all. */
    private static final String POLICY = """
            version: 1
            shards: [shard_0, shard_1, shard_2, shard_3]
            tenants: { app: shard_1 }
            tables:
              sbtest1: { strategy: hash, key: id, key_type: int }
              warehouse: { strategy: hash, key: w_id, key_type: int }
              district: { strategy: hash, key: d_w_id, key_type: int, colocated_with: warehouse }
              customer: { strategy: hash, key: c_w_id, key_type: int, colocated_with: warehouse }
              orders1: { strategy: hash, key: o_w_id, key_type: int, colocated_with: warehouse }
              new_orders: { strategy: hash, key: no_w_id, key_type: int, colocated_with: warehouse }
              order_line: { strategy: hash, key: ol_w_id, key_type: int, colocated_with: warehouse }
              stock: { strategy: hash, key: s_w_id, key_type: int, colocated_with: warehouse }
              history1: { strategy: hash, key: h_w_id, key_type: int, colocated_with: warehouse }
              item: { strategy: reference }
              customers: { strategy: hash, key: id, key_type: int }
              orders: { strategy: hash, key: customer_id, key_type: int, colocated_with: customers }
              order_lines: { strategy: hash, key: customer_id, key_type: int, colocated_with: customers }
              hibernate_sequence: { strategy: single, shard: shard_0 }
              auth_user: { strategy: hash, key: id, key_type: int }
              shop_order: { strategy: hash, key: user_id, key_type: int, colocated_with: auth_user }
              django_session: { strategy: hash, key: session_key, key_type: string }
              users: { strategy: hash, key: id, key_type: int }
              posts: { strategy: hash, key: user_id, key_type: int, colocated_with: users }
              comments: { strategy: hash, key: user_id, key_type: int, colocated_with: users }
              schema_migrations: { strategy: single, shard: shard_0 }
              employees: { strategy: hash, key: emp_no, key_type: int }
              salaries: { strategy: hash, key: emp_no, key_type: int, colocated_with: employees }
              dept_emp: { strategy: hash, key: emp_no, key_type: int, colocated_with: employees }
              departments: { strategy: reference }
              countries: { strategy: reference }
              country_stats: { strategy: reference }
              country: { strategy: reference }
              city: { strategy: reference }
            """;

    private static final List<String> SINGLE = List.of(
            "wp_options",
            "wp_posts",
            "wp_postmeta",
            "wp_terms",
            "wp_term_taxonomy",
            "wp_term_relationships",
            "wp_users",
            "wp_usermeta",
            "wp_comments",
            "film_actor",
            "customer_s",
            "address",
            "payment",
            "rental",
            "inventory",
            "film",
            "film_category",
            "category");

    private final CorpusRouter router = new CorpusRouter(POLICY, SINGLE);

    private static Map<String, List<String>> corpus() throws IOException {
        Map<String, List<String>> corpus = new LinkedHashMap<>();
        String source = "";
        for (String line : Files.readAllLines(LIST)) {
            if (line.startsWith("## ")) {
                source = line.substring(3);
                corpus.put(source, new ArrayList<>());
            } else if (!line.startsWith("# ") && !line.isBlank()) {
                corpus.get(source).add(line);
            }
        }
        return corpus;
    }

    private enum Outcome {
        ONE_SHARD,
        SCATTERED,
        EVERY_SHARD,
        GATEWAY,
        REFUSED,
        UNPARSED
    }

    private Outcome outcome(String tenant, ServerFlavor flavor, String sql) {
        long before = router.unparsable();
        RoutePlan plan = router.plan(tenant, flavor, flavor == ServerFlavor.MYSQL ? 80400 : 110405, sql);
        if (router.unparsable() > before) {
            return Outcome.UNPARSED;
        }
        if (plan instanceof RoutePlan.SingleShard) {
            return Outcome.ONE_SHARD;
        }
        if (plan instanceof RoutePlan.MultiShard) {
            return Outcome.SCATTERED;
        }
        if (plan instanceof RoutePlan.Broadcast) {
            return Outcome.EVERY_SHARD;
        }
        return plan instanceof RoutePlan.Local ? Outcome.GATEWAY : Outcome.REFUSED;
    }

    @Test
    void everyStatementIsParsedAndMostGoToOneShard() throws IOException {
        StringBuilder table = new StringBuilder();
        table.append(
                "| source | statements | parsed | tenant: home | by keys: one shard | scattered | every shard | gateway | refused |\n");
        table.append("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
        int[] total = new int[8];
        for (Map.Entry<String, List<String>> source : corpus().entrySet()) {
            int[] counts = new int[8];
            for (String sql : source.getValue()) {
                // RETURNING is MariaDB's; everything else is asked for both.
                boolean mariaDb = sql.contains("RETURNING");
                Outcome home = outcome("app", mariaDb ? ServerFlavor.MARIADB : ServerFlavor.MYSQL, sql);
                counts[0]++;
                counts[1] += home == Outcome.UNPARSED ? 0 : 1;
                counts[2] += home == Outcome.ONE_SHARD || home == Outcome.GATEWAY ? 1 : 0;
                Outcome keyed = outcome(null, mariaDb ? ServerFlavor.MARIADB : ServerFlavor.MYSQL, sql);
                switch (keyed) {
                    case ONE_SHARD -> counts[3]++;
                    case SCATTERED -> counts[4]++;
                    case EVERY_SHARD -> counts[5]++;
                    case GATEWAY -> counts[6]++;
                    default -> {
                        counts[7]++;
                        System.out.println("by keys " + keyed + ": " + sql);
                    }
                }
                assertThat(home).as(sql).isNotIn(Outcome.UNPARSED, Outcome.REFUSED);
            }
            row(table, source.getKey(), counts);
            for (int i = 0; i < total.length; i++) {
                total[i] += counts[i];
            }
        }
        row(table, "all", total);
        System.out.println(table);
        assertThat(total[1]).as("parsed").isEqualTo(total[0]);
        assertThat(total[2]).as("of a tenant with a home").isEqualTo(total[0]);
        assertThat(total[3] + total[6])
                .as("by keys to one shard, or answered here")
                .isGreaterThanOrEqualTo(80);
        assertThat(total[7]).as("by keys refused").isLessThanOrEqualTo(33);
    }

    private static void row(StringBuilder table, String name, int[] counts) {
        table.append("| ").append(name);
        for (int count : counts) {
            table.append(" | ").append(count);
        }
        table.append(" |\n");
    }
}
