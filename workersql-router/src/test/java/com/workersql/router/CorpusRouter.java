// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Plans the statements of applications, whose tables are those of a policy and others on one shard. Every parameter is the integer 1. */
final class CorpusRouter {
    private static final Parameters ONES = new Parameters() {
        @Override
        public int count() {
            return 100;
        }

        @Override
        public ParameterValue get(int index) {
            return new ParameterValue.SignedInteger(1);
        }
    };

    private final Router router;

    /**
     * @param policy ends within its tables
     * @param single tables that are on {@code shard_2} alone
     */
    CorpusRouter(String policy, List<String> single) {
        var whole = new StringBuilder(policy);
        single.forEach(table -> whole.append("  ").append(table).append(": { strategy: single, shard: shard_2 }\n"));
        router = Router.builder(RoutingPolicy.parse(whole.toString())).build();
    }

    /** The plan in the schema {@code app}, of a tenant or, with null, by keys. */
    RoutePlan plan(String tenant, ServerFlavor flavor, int serverVersion, String sql) {
        var context = StatementContext.of(tenant, flavor, serverVersion)
                .withSchema("app")
                .withOwnAccount(true);
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        return router.plan(new Statement(context, bytes, 0, bytes.length, ONES, null));
    }

    /** How many statements could not be parsed so far. */
    long unparsable() {
        return router.stats().unparsable();
    }
}
