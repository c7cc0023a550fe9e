// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.Hints;
import com.workersql.router.policy.KeyPlace;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule.Keyed;
import java.util.Collection;

/** The shard that a statement's hints name. */
final class HintedShard {

    private HintedShard() {}

    /** {@return the shard, or null where the hints do not fit the policy or the tables} */
    static String of(Hints hints, RoutingPolicy policy, Collection<Keyed> tables, KeyValues values) {
        String shard = hints.shard();
        if (shard != null && !policy.shards().contains(shard)) {
            return null;
        }
        if (hints.shardKey() == null) {
            return shard;
        }
        Keyed rule = null;
        for (Keyed table : tables) {
            if (rule != null && !rule.placesLike(table)) {
                return null;
            }
            rule = table;
        }
        KeyPlace place = rule == null ? null : values.place(rule, hints.shardKey());
        return place == null || (shard != null && !shard.equals(place.shard())) ? null : place.shard();
    }
}
