// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import com.workersql.router.merge.Merge;

/** Which statements for several shards the caller of a router can carry out; all others are refused with their reason. */
public enum MultiShardSupport {
    /** Reads whose result is the rows of one shard after those of another. */
    CONCATENATION {
        @Override
        public boolean carriesOut(RoutePlan.MultiShard plan) {
            return plan.combination() instanceof Merge merge && merge.isConcatenation();
        }
    },
    /** All that are planned. */
    ALL {
        @Override
        public boolean carriesOut(RoutePlan.MultiShard plan) {
            return true;
        }
    };

    /**
     * {@return whether a plan is carried out}
     *
     * @param plan the plan
     */
    public abstract boolean carriesOut(RoutePlan.MultiShard plan);
}
