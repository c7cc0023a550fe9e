// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.RoutingPolicy;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class TenantVerdictsTest {

    private final Router router = Router.builder(RoutingPolicy.builder()
                    .shards(List.of("shard_0", "shard_1"))
                    .tenant("ta", "shard_0", Isolation.SCHEMA, "ta")
                    .tenant("tb", "shard_0", Isolation.SCHEMA, "tb")
                    .build())
            .build();

    @TestFactory
    Stream<DynamicTest> everyStatementComesToItsVerdictFirstAndAgain() {
        return VerdictFile.read("tenant-verdicts.txt", "ta").stream()
                .map(line -> DynamicTest.dynamicTest(line.toString(), () -> {
                    Statement statement = new Statement(line.context(), line.sql(), 0, line.sql().length, null, null);
                    RoutePlan first = router.plan(statement);
                    String expected = line.verdict().equals("home") ? "shard_0" : line.verdict();
                    assertThat(VerdictFile.verdict(first))
                            .as(() -> first.toString())
                            .isEqualTo(expected);
                    assertThat(router.plan(statement)).isEqualTo(first);
                }));
    }
}
