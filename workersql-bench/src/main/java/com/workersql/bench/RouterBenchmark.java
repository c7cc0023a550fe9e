// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench;

import com.workersql.router.RoutePlan;
import com.workersql.router.Router;
import com.workersql.router.ServerFlavor;
import com.workersql.router.Statement;
import com.workersql.router.StatementContext;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a statement costs before it is sent: folding alone, and the plan of a shape that is known. Run with {@code -prof gc}
 * to see the bytes allocated.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouterBenchmark {

    /** The statement that is planned. */
    public enum Sql {
        /** 80 bytes, by primary key. */
        POINT_SELECT("SELECT id, name, email, created_at FROM customers WHERE tenant_ref = 17 AND id = 4711"),
        /** Ten rows of six columns. */
        INSERT_10_ROWS("INSERT INTO orders (id, customer_id, status, total, note, at) VALUES "
                + "(1001, 42, 'new', 19.90, 'a note on this order', '2026-01-02 03:04:05'),".repeat(9)
                + "(1001, 42, 'new', 19.90, 'a note on this order', '2026-01-02 03:04:05')"),
        /** Three tables joined. */
        JOIN_3_TABLES(
                "SELECT o.id, o.total, c.name, l.amount FROM orders AS o JOIN customers AS c ON c.id = o.customer_id"
                        + " JOIN order_lines AS l ON l.order_id = o.id WHERE o.customer_id = 42 AND l.amount > 3.5 ORDER BY o.id LIMIT 20");

        private final String text;

        Sql(String text) {
            this.text = text;
        }

        /** {@return the text} */
        public String text() {
            return text;
        }
    }

    /** Customers and their orders together by the customer's key, the lines everywhere. */
    private static final String BY_KEYS = """
            shards: [shard_0, shard_1, shard_2, shard_3]
            tables:
              customers: { strategy: hash, key: id, key_type: int }
              orders: { strategy: hash, key: customer_id, key_type: int, colocated_with: customers }
              order_lines: { strategy: reference }
            """;

    /** Which statement. */
    @Param
    public Sql sql;

    private final StatementContext tenant = StatementContext.of("acme", ServerFlavor.MYSQL, 80036)
            .withSchema("acme")
            .withOwnAccount(true);
    private final StatementContext noTenant = StatementContext.of(null, ServerFlavor.MYSQL, 80036);
    private final FoldedStatement folded = new FoldedStatement();
    private byte[] bytes;
    private Router router;
    private Router forgetful;
    private Router byKeys;

    /** Builds the router and lets it know the shape. */
    @Setup
    public void setUp() {
        bytes = sql.text.getBytes(StandardCharsets.US_ASCII);
        router = Router.builder(RoutingPolicy.builder()
                        .shards(List.of("shard_0", "shard_1"))
                        .tenant("acme", "shard_0", Isolation.SCHEMA, "acme")
                        .build())
                .build();
        router.plan(statement(tenant));
        router.plan(statement(noTenant));
        forgetful = Router.builder(router.policy()).planCacheMaxWeightBytes(0).build();
        forgetful.warmUp();
        byKeys = Router.builder(RoutingPolicy.parse(BY_KEYS)).build();
        if (!(byKeys.plan(statement(noTenant)) instanceof RoutePlan.SingleShard)) {
            throw new IllegalStateException("not for one shard: " + sql.text);
        }
    }

    private Statement statement(StatementContext context) {
        return new Statement(context, bytes, 0, bytes.length, null, null);
    }

    /** {@return the length of the folded text} */
    @Benchmark
    public int fold() {
        folded.fold(bytes, 0, bytes.length, tenant);
        return folded.foldedLength();
    }

    /** {@return the plan of a tenant with a home} */
    @Benchmark
    public RoutePlan routeHit() {
        return router.planIfCached(statement(tenant));
    }

    /** {@return the plan of a user without tenant, whose shard follows from the statement's key} */
    @Benchmark
    public RoutePlan routeKeyHit() {
        return byKeys.planIfCached(statement(noTenant));
    }

    /** {@return the plan where it has to be analysed first} */
    @Benchmark
    public RoutePlan routeMiss() {
        return forgetful.plan(statement(tenant));
    }
}
