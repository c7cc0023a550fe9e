// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.Hints.Consistency;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableCaching.Mode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FootprintTest {

    private static final String POLICY = """
            shards: [a]
            tenants: { acme: a }
            tables:
              prices:   { cache: { mode: cached, ttl_ms: 60000, swr_ms: 9000 } }
              stock:    { strategy: tenant_hash, cache: { mode: bounded, ttl_ms: 2000, swr_ms: 500 } }
              accounts: { cache: { mode: cached, ttl_ms: 1000, always_strong_columns: [balance] } }
              ledger:   { cache: { mode: strong } }
            """;

    private final Router router = Router.builder(RoutingPolicy.parse(POLICY)).build();

    private Footprint footprint(String sql) {
        var context = StatementContext.of("acme", ServerFlavor.MARIADB, 110405)
                .withSchema("acme")
                .withOwnAccount(true);
        var statement = Statement.of(context, sql);
        router.plan(statement);
        return router.footprint(statement);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            SELECT a FROM prices                                   | WEAK        | 0
            SELECT a FROM stock                                    | BOUNDED     | 2000
            SELECT p.a FROM prices p JOIN stock s ON p.id = s.id   | BOUNDED     | 2000
            SELECT a FROM ledger                                   | STRONG      | 0
            SELECT a FROM prices, ledger                           | STRONG      | 0
            SELECT a FROM other                                    | UNSPECIFIED | 0
            SELECT a FROM prices, other                            | UNSPECIFIED | 0
            SELECT 1                                               | UNSPECIFIED | 0
            SELECT /*+ weak */ a FROM ledger                       | WEAK        | 0
            SELECT /*+ strong */ a FROM prices                     | STRONG      | 0
            /*+ bounded=700 */ SELECT a FROM prices                | BOUNDED     | 700
            SELECT id FROM accounts                                | WEAK        | 0
            SELECT COUNT(*) FROM accounts                          | WEAK        | 0
            SELECT balance FROM accounts                           | STRONG      | 0
            SELECT id FROM accounts WHERE `Balance` > 0            | STRONG      | 0
            SELECT * FROM accounts                                 | STRONG      | 0
            SELECT accounts.* FROM accounts                        | STRONG      | 0
            SELECT id FROM accounts NATURAL JOIN prices            | STRONG      | 0
            SELECT /*+ weak */ balance FROM accounts               | STRONG      | 0
            """)
    void tellsHowFreshAReadHasToBe(String sql, Consistency consistency, long boundMillis) {
        var hints = footprint(sql).hints();
        assertThat(hints.consistency()).isEqualTo(consistency);
        assertThat(hints.boundMillis()).isEqualTo(boundMillis);
    }

    @Test
    void tellsForHowLongAnAnswerMayBeKept() {
        var both = footprint("SELECT p.a FROM prices p JOIN stock s ON p.id = s.id");
        assertThat(both.caching().mode()).isEqualTo(Mode.BOUNDED);
        assertThat(both.caching().ttlMillis()).isEqualTo(2_000);
        assertThat(both.caching().swrMillis()).isEqualTo(500);
        assertThat(footprint("SELECT a FROM prices, other").caching()).isNull();
        assertThat(footprint("SELECT a FROM ledger").caching()).isNull();
    }

    @Test
    void aHintSaysHowOldAKeptAnswerMayBe() {
        assertThat(footprint("SELECT /*+ cache_ttl=500 */ a FROM prices").hints())
                .isEqualTo(new Hints(Consistency.WEAK, 0, null, null, false, 500))
                .hasToString("weak cache_ttl=500");
        assertThat(footprint("SELECT /*+ shard=a cache_ttl=0 */ a FROM prices").hints())
                .isEqualTo(new Hints(Consistency.WEAK, 0, null, "a", false, 0));
        assertThat(footprint("SELECT a FROM prices").hints().cacheTtlMillis()).isEqualTo(Hints.AS_THE_POLICY);
    }

    @Test
    void namesAllTablesInTheirSchemas() {
        var join = footprint(
                "SELECT * FROM Prices p JOIN acme.stock s ON p.id = s.id WHERE s.id IN (SELECT id FROM other)");
        assertThat(join.tables()).containsExactlyInAnyOrder("acme.prices", "acme.stock", "acme.other");
        assertThat(join.isComplete()).isTrue();
        assertThat(footprint("WITH x AS (SELECT a FROM prices) SELECT a FROM x").tables())
                .containsExactly("acme.prices");
        assertThat(footprint("INSERT INTO prices SELECT * FROM stock").tables())
                .containsExactlyInAnyOrder("acme.prices", "acme.stock");
        assertThat(footprint("TRUNCATE prices").tables()).containsExactly("acme.prices");
        assertThat(footprint("DELETE p FROM prices p JOIN stock s ON p.id = s.id")
                        .tables())
                .contains("acme.prices", "acme.stock");
    }

    @Test
    void knowsNothingOfWhatWasNotPlanned() {
        var context = StatementContext.of("acme", ServerFlavor.MARIADB, 110405).withSchema("acme");
        var footprint = router.footprint(Statement.of(context, "SELECT /*+ weak */ never_seen FROM prices"));
        assertThat(footprint.isComplete()).isFalse();
        assertThat(footprint.caching()).isNull();
        assertThat(footprint.hints().consistency()).isEqualTo(Consistency.WEAK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT NOW(), a FROM prices",
                "SELECT a FROM prices WHERE b > RAND()",
                "SELECT a, @x FROM prices",
                "SELECT a, @@sql_mode FROM prices",
                "SELECT a FROM prices WHERE u = CURRENT_USER",
                "SELECT a, LAST_INSERT_ID() FROM prices"
            })
    void anAnswerThatDependsOnMoreThanItsTablesIsNotRepeatable(String sql) {
        assertThat(footprint(sql).isRepeatable()).isFalse();
        assertThat(footprint("SELECT a, UPPER(b) FROM prices WHERE c = 3").isRepeatable())
                .isTrue();
    }

    @Test
    void aPolicyKeepsItsCachingWhenItIsWritten() {
        var policy = RoutingPolicy.parse(POLICY);
        var read = RoutingPolicy.parse(policy.toDocument());
        for (String table : new String[] {"prices", "stock", "accounts", "ledger"}) {
            assertThat(read.caching(table)).isEqualTo(policy.caching(table)).isPresent();
        }
        assertThat(read.table("prices")).isEmpty();
        assertThat(read.table("stock")).isPresent();
    }
}
