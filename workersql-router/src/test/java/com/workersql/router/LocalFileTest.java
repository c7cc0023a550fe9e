// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.RoutingPolicy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a client's file goes, and where it is refused. */
class LocalFileTest {
    private static final RoutingPolicy TABLES = RoutingPolicy.parse("""
            version: 1
            shards: [shard_0, shard_1]
            tenants: { acme: shard_1 }
            tables:
              settings: { strategy: single, shard: shard_1 }
              orders: { strategy: hash, key: id, key_type: int }
              countries: { strategy: reference }
            """);
    private static final RoutingPolicy ONE_SHARD = RoutingPolicy.parse(
            "{version: 1, shards: [only], tables: {orders: {strategy: hash, key: id, key_type: int}}}");

    private static String verdict(Router router, String tenant, String sql) {
        var context = StatementContext.of(tenant, ServerFlavor.MARIADB, 110405);
        return inWords(router.plan(Statement.of(context, sql)));
    }

    private static String inWords(RoutePlan plan) {
        if (plan instanceof RoutePlan.SingleShard single) {
            return single.shard() + " " + single.statement().kind();
        }
        return plan instanceof RoutePlan.Refused no ? no.errno() + " " + no.reason() : plan.toString();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            LOAD DATA LOCAL INFILE 'a' INTO TABLE settings                          |      | shard_1 LOAD_DATA
            LOAD DATA LOW_PRIORITY LOCAL INFILE 'a' REPLACE INTO TABLE app.settings FIELDS TERMINATED BY ',' LINES TERMINATED BY '\\n' IGNORE 1 LINES (a, d, @b) SET c = @b + 1, e = DEFAULT | | shard_1 LOAD_DATA
            LOAD XML LOCAL INFILE 'a' INTO TABLE settings ROWS IDENTIFIED BY '<r>'  |      | shard_1 LOAD_DATA
            LOAD DATA LOCAL INFILE 'a' INTO TABLE orders                            |      | 1235 This gateway doesn't yet support 'a file for a table whose rows are on several shards: a file cannot be split'
            LOAD DATA LOCAL INFILE 'a' INTO TABLE countries                         |      | 1235 This gateway doesn't yet support 'a file for a table whose rows are on several shards: a file cannot be split'
            LOAD DATA LOCAL INFILE 'a' INTO TABLE settings SET c = (SELECT 1 FROM orders WHERE id = 1) | | 1235 This gateway doesn't yet support 'a file for a table whose rows are on several shards: a file cannot be split'
            LOAD DATA LOCAL INFILE 'a' INTO TABLE nobodys                           |      | 1235 This gateway doesn't yet support 'table nobodys, for which the policy has no rule'
            LOAD DATA LOCAL INFILE 'a' INTO TABLE orders                            | acme | shard_1 LOAD_DATA
            LOAD DATA LOCAL INFILE 'a' INTO TABLE globex.orders                     | acme | 1142 LOAD DATA command denied to this user for table 'globex.orders'
            LOAD DATA INFILE '/etc/passwd' INTO TABLE settings                      | acme | 1227 Access denied; reading the server's files is not allowed here
            EXECUTE IMMEDIATE 'LOAD DATA LOCAL INFILE "a" INTO TABLE settings'      | acme | 1235 This gateway doesn't yet support 'EXECUTE_IMMEDIATE of LOAD_DATA'
            """)
    void goesToOneShardOrNowhere(String sql, String tenant, String expected) {
        Router router = Router.builder(TABLES).localFiles(true).build();

        assertThat(verdict(router, tenant, sql)).isEqualTo(expected);
        assertThat(verdict(router, tenant, sql)).as("from the cache").isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"true, only LOAD_DATA", "false, 3948"})
    void ofAPolicyOfOneShardEveryTableIsThere(boolean planned, String expected) {
        Router router = Router.builder(ONE_SHARD).localFiles(planned).build();

        assertThat(verdict(router, null, "LOAD DATA LOCAL INFILE 'a' INTO TABLE orders"))
                .startsWith(expected);
    }

    @ParameterizedTest
    @CsvSource({"true, 1295", "false, 3948"})
    void cannotBePrepared(boolean planned, String expected) {
        Router router = Router.builder(ONE_SHARD).localFiles(planned).build();
        var context = StatementContext.of(null, ServerFlavor.MYSQL, 90000);

        assertThat(inWords(router.planPrepare(Statement.of(context, "LOAD DATA LOCAL INFILE 'a' INTO TABLE orders"))))
                .startsWith(expected);
    }

    @ParameterizedTest
    @CsvSource({"acme", "globex"})
    void amongSeveralStatementsItGoesByItself(String tenant) {
        Router router = Router.builder(TABLES).localFiles(true).build();

        assertThat(verdict(router, tenant, "SELECT 1 FROM t; LOAD DATA LOCAL INFILE 'a' INTO TABLE t"))
                .contains("several statements in one text of which one decides how the next is run");
    }
}
