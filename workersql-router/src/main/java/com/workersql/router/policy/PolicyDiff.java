// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What changes from one policy to another.
 *
 * @param before the version of the one
 * @param after the version of the other
 * @param changes the changes in words, one for each shard, tenant, range, table and default; empty where there are none
 * @param slots the slots that move
 */
public record PolicyDiff(String before, String after, List<String> changes, SlotTable.Diff slots) {

    /** Copies the changes. */
    public PolicyDiff {
        changes = List.copyOf(changes);
    }

    /**
     * {@return what changes}
     *
     * @param before the policy now
     * @param after the policy to come
     */
    public static PolicyDiff of(RoutingPolicy before, RoutingPolicy after) {
        List<String> changes = new ArrayList<>();
        for (String shard : after.shards()) {
            if (!before.shards().contains(shard)) {
                changes.add("shard " + shard + " added");
            } else if (before.weight(shard) != after.weight(shard)) {
                changes.add("shard " + shard + ": weight " + before.weight(shard) + " -> " + after.weight(shard));
            }
        }
        before.shards().stream()
                .filter(shard -> !after.shards().contains(shard))
                .forEach(shard -> changes.add("shard " + shard + " removed"));
        compare("tenant", before.tenants(), after.tenants(), PolicyDiff::text, changes);
        if (!before.ranges().equals(after.ranges())) {
            changes.add("tenant ranges: " + before.ranges() + " -> " + after.ranges());
        }
        compare("table", before.tables(), after.tables(), Objects::toString, changes);
        compare("caching of table", before.cachings(), after.cachings(), Objects::toString, changes);
        if (!before.defaults().equals(after.defaults())) {
            changes.add("defaults: " + before.defaults() + " -> " + after.defaults());
        }
        if (!before.tenantColumns().equals(after.tenantColumns())) {
            changes.add("tenant columns: " + before.tenantColumns() + " -> " + after.tenantColumns());
        }
        SlotTable.Diff slots = SlotTable.diff(before.slots(), after.slots());
        slots.moves()
                .forEach((move, count) -> changes.add(String.format(
                        Locale.ROOT,
                        "slots %s: %d (%.2f%% of the keys)",
                        move,
                        count,
                        100.0 * count / SlotTable.SLOTS)));
        return new PolicyDiff(before.version(), after.version(), changes, slots);
    }

    private static String text(TenantPlacement tenant) {
        return tenant.shard() + ", isolation " + tenant.isolation().name().toLowerCase(Locale.ROOT) + ", database "
                + tenant.database();
    }

    private static <T> void compare(
            String what, Map<String, T> before, Map<String, T> after, Function<T, String> text, List<String> changes) {
        TreeSet<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        for (String name : names) {
            T old = before.get(name);
            T now = after.get(name);
            if (old == null) {
                changes.add(what + " " + name + " added: " + text.apply(now));
            } else if (now == null) {
                changes.add(what + " " + name + " removed: " + text.apply(old));
            } else if (!old.equals(now)) {
                changes.add(what + " " + name + ": " + text.apply(old) + " -> " + text.apply(now));
            }
        }
    }
}
