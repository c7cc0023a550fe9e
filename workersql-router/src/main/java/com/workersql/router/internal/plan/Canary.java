// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.CanaryReport.Change;
import com.workersql.router.CanaryReport.Effect;
import com.workersql.router.RoutePlan;
import java.util.List;

/** Compares what two policies make of one statement. */
final class Canary {

    private Canary() {}

    /** {@return what changes for the statement, or null where nothing does} */
    static Change compare(String tenant, RoutePlan before, RoutePlan after) {
        String then = text(before);
        String now = text(after);
        if (then.equals(now)) {
            return null;
        }
        boolean wasRefused = before instanceof RoutePlan.Refused;
        boolean isRefused = after instanceof RoutePlan.Refused;
        Effect effect = isRefused && !wasRefused
                ? Effect.REFUSED
                : wasRefused && !isRefused
                        ? Effect.ACCEPTED
                        : shards(before).equals(shards(after)) ? Effect.DIFFERS : Effect.MOVES;
        return new Change(effect, before.statement().fingerprint(), tenant, then, now);
    }

    private static List<String> shards(RoutePlan plan) {
        if (plan instanceof RoutePlan.SingleShard single) {
            return List.of(single.shard());
        }
        if (plan instanceof RoutePlan.MultiShard several) {
            return several.shards();
        }
        return plan instanceof RoutePlan.Broadcast broadcast ? broadcast.shards() : List.of();
    }

    private static String text(RoutePlan plan) {
        if (plan instanceof RoutePlan.Refused refused) {
            return refused.errno() + ": " + refused.reason();
        }
        String shards = String.join(", ", shards(plan));
        return plan instanceof RoutePlan.Broadcast ? "all of " + shards : shards;
    }
}
