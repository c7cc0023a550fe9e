// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import com.workersql.router.merge.Combination;
import com.workersql.router.policy.KeyPlace;
import java.util.List;
import java.util.Objects;

/**
 * Why a statement goes where it goes, made from the very plan that execution uses.
 *
 * @param plan the plan
 * @param kind the plan's kind as one word in lower case: {@code single_shard}, {@code multi_shard}, {@code broadcast},
 *     {@code local} or {@code refused}
 * @param reason the rule that decided, in words
 * @param tables the tables that the statement names, as {@code schema.table} where a schema was written
 * @param keys the key values that were found, with their slots and shards; at most a thousand
 * @param shards the shards that it goes to, in order
 * @param combination how the replies of several shards become one, or would become one where the plan is refused since nobody does
 *     that; null where there is one reply
 * @param hints the statement's hints
 * @param policyVersion the version of the policy that decided
 * @param slotGeneration the generation of the slot table that decided
 * @param cacheHit whether the analysis was cached before this call
 */
public record Explanation(
        RoutePlan plan,
        String kind,
        String reason,
        List<String> tables,
        List<KeyPlace> keys,
        List<String> shards,
        Combination combination,
        Hints hints,
        String policyVersion,
        long slotGeneration,
        boolean cacheHit) {

    /** Copies the lists. */
    public Explanation {
        Objects.requireNonNull(plan, "plan");
        Objects.requireNonNull(hints, "hints");
        tables = List.copyOf(tables);
        keys = List.copyOf(keys);
        shards = List.copyOf(shards);
    }
}
