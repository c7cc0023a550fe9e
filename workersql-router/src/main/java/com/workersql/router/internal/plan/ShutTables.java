// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.LocalAction.GenerateKeys;
import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.Local;
import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.StatementInfo;
import com.workersql.router.internal.analyze.Analysis;
import com.workersql.router.internal.analyze.TableName;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import java.util.Locale;
import java.util.Map;

/**
 * Tables that are on their servers otherwise than the policy says.
 *
 * @param reasons the reason for each, by name in lower case
 */
record ShutTables(Map<String, String> reasons) {
    static final ShutTables NONE = new ShutTables(Map.of());

    ShutTables {
        reasons = Map.copyOf(reasons);
    }

    /** Why a statement is not to be planned by the policy; null where it may. Definitions may, so that tables can be mended. */
    Refused refusal(StatementInfo info, Analysis analysis, RoutingPolicy policy) {
        if (reasons.isEmpty() || info.isDdl() || policy.shards().size() == 1) {
            return null;
        }
        for (TableName table : analysis.tables()) {
            String reason = reason(table.name());
            // A sequence's own table is on one shard, whatever its columns are.
            if (reason != null && policy.table(table.name()).orElse(null) instanceof TableRule.Keyed) {
                return Refusal.unsupported(
                        info, "table " + table + ", whose key the policy takes for another: " + reason);
            }
        }
        return null;
    }

    /** The plan, or its refusal where it draws keys from a sequence that cannot give any. */
    RoutePlan orRefused(RoutePlan plan) {
        if (!reasons.isEmpty() && plan instanceof Local local && local.action() instanceof GenerateKeys keys) {
            String reason = reason(keys.sequence());
            if (reason != null) {
                return Refusal.unsupported(
                        local.statement(),
                        "a key from the sequence " + keys.sequence() + ", which gives none: " + reason);
            }
        }
        return plan;
    }

    private String reason(String table) {
        return reasons.get(table.toLowerCase(Locale.ROOT));
    }
}
