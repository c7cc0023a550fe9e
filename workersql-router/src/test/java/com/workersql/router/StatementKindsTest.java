// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.RoutingPolicy;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every statement of the manuals of MySQL and MariaDB is of its kind. */
class StatementKindsTest {
    private static final List<VerdictFile.Line> LINES = VerdictFile.read("statement-kinds.txt", "acme");
    private static final Router ROUTER = Router.builder(RoutingPolicy.builder()
                    .shards(List.of("shard_0"))
                    .tenant("acme", "shard_0", Isolation.SCHEMA, "acme")
                    .build())
            .build();

    static Stream<VerdictFile.Line> lines() {
        return LINES.stream();
    }

    @ParameterizedTest
    @MethodSource("lines")
    void aStatementOfTheManualsIsOfItsKind(VerdictFile.Line line) {
        byte[] sql = line.sql();
        var plan = ROUTER.plan(new Statement(line.context(), sql, 0, sql.length, null, null));

        assertThat(plan.statement().kind()).isEqualTo(StatementKind.valueOf(line.verdict()));
    }

    @Test
    void everyKindHasAnExample() {
        Set<StatementKind> seen = EnumSet.noneOf(StatementKind.class);
        LINES.forEach(line -> seen.add(StatementKind.valueOf(line.verdict())));

        assertThat(seen).containsExactlyInAnyOrder(StatementKind.values());
    }
}
