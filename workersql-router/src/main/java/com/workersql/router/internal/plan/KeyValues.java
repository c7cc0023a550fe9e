// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.ParameterValue;
import com.workersql.router.Statement;
import com.workersql.router.internal.analyze.SpreadFacts.Interval;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.policy.CanonicalKey;
import com.workersql.router.policy.KeyPlace;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import java.math.BigDecimal;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The shards to which the values of one statement lead. */
final class KeyValues {

    private final Statement statement;
    private final FoldedStatement s;
    private final RoutingPolicy policy;
    private final RouteTrace trace;
    private String refusal;

    KeyValues(Statement statement, FoldedStatement s, RoutingPolicy policy, RouteTrace trace) {
        this.statement = statement;
        this.s = s;
        this.policy = policy;
        this.trace = trace;
    }

    /** {@return why the last answer was null} */
    String refusal() {
        return refusal;
    }

    /** {@return the values of a slot in order; null among them where one cannot be told} */
    List<ParameterValue> values(int slot) {
        return Literals.of(statement, s, slot);
    }

    /** {@return where the rows of a key are, or null with a {@link #refusal}} */
    KeyPlace place(TableRule.Keyed rule, ParameterValue value) {
        KeyPlace place = value == null ? null : policy.place(rule, value);
        if (place == null) {
            boolean unlisted = value != null
                    && rule instanceof TableRule.Listed
                    && CanonicalKey.of(rule.keyType(), rule.collation(), value) != null;
            refusal = "a value for the key " + rule.key() + " of " + rule.table()
                    + (unlisted
                            ? " that is not in its list"
                            : " that is no plain " + rule.keyType().policyName());
        } else if (trace != null) {
            trace.place(place);
        }
        return place;
    }

    /** {@return the shards of all values of some slots, or null with a {@link #refusal}} */
    Set<String> shards(TableRule.Keyed rule, List<Integer> slots) {
        Set<String> shards = new LinkedHashSet<>();
        for (int slot : slots) {
            for (ParameterValue value : values(slot)) {
                KeyPlace place = place(rule, value);
                if (place == null) {
                    return null;
                }
                shards.add(place.shard());
            }
        }
        return shards;
    }

    /** {@return the shards whose ranges meet an interval; null where its ends cannot be told} */
    Set<String> shards(TableRule.Range rule, Interval interval) {
        BigDecimal low = null;
        BigDecimal high = null;
        if (interval.lowSlot() >= 0) {
            low = end(rule, interval.lowSlot());
            if (low == null) {
                return null;
            }
        }
        if (interval.highSlot() >= 0) {
            high = end(rule, interval.highSlot());
            if (high == null) {
                return null;
            }
        }
        Set<String> shards = new LinkedHashSet<>();
        int first = low == null ? 0 : rule.part(low);
        int last = high == null ? rule.parts().size() - 1 : rule.part(high);
        for (int part = first; part <= last; part++) {
            shards.add(rule.parts().get(part).shard());
        }
        // An interval that ends before it begins holds no row; any shard says so.
        return shards.isEmpty() ? Set.of(rule.parts().get(first).shard()) : shards;
    }

    private BigDecimal end(TableRule.Range rule, int slot) {
        List<ParameterValue> values = values(slot);
        return values.size() == 1 && values.get(0) != null ? CanonicalKey.number(rule.keyType(), values.get(0)) : null;
    }
}
