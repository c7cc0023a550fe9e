// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes a policy as a document that reads as the same policy. */
final class PolicyWriter {

    private final RoutingPolicy policy;
    private final StringBuilder out = new StringBuilder();

    PolicyWriter(RoutingPolicy policy) {
        this.policy = policy;
    }

    String write() {
        PolicyDefaults defaults = policy.defaults();
        out.append("version: 1\n");
        out.append("defaults: { strategy: ").append(lower(defaults.strategy()));
        out.append(", new_tenants: ").append(lower(defaults.newTenants()));
        out.append(", scatter: ").append(defaults.scatter() ? "allow" : "refuse");
        if (defaults.multiShardWrites()) {
            out.append(", allow_multi_shard_writes: true");
        }
        if (policy.tenantColumns().standard() != null) {
            out.append(", tenant_column: ").append(quoted(policy.tenantColumns().standard()));
        }
        out.append(" }\n");
        out.append("shards:\n");
        policy.shards()
                .forEach(shard -> out.append("  - { name: ")
                        .append(quoted(shard))
                        .append(", weight: ")
                        .append(policy.weight(shard))
                        .append(" }\n"));
        section("tenants", policy.tenants().values().stream().map(this::tenant).toList());
        section(
                "ranges",
                policy.ranges().stream()
                        .map(range ->
                                "- { prefix: " + quoted(range.text()) + ", shard: " + quoted(range.shard()) + " }")
                        .toList());
        List<String> tables = new ArrayList<>(
                policy.tables().values().stream().map(this::table).toList());
        policy.cachings().forEach((table, caching) -> {
            if (policy.table(table).isEmpty()) {
                tables.add(quoted(table) + ": { " + cache(caching) + " }");
            }
        });
        section("tables", tables);
        slots();
        return out.toString();
    }

    private void section(String name, List<String> lines) {
        if (!lines.isEmpty()) {
            out.append(name).append(":\n");
            lines.forEach(line -> out.append("  ").append(line).append('\n'));
        }
    }

    private String tenant(TenantPlacement tenant) {
        String value = policy.tenantColumns().values().get(tenant.tenant());
        return quoted(tenant.tenant()) + ": { shard: " + quoted(tenant.shard()) + ", isolation: "
                + lower(tenant.isolation()) + ", database: " + quoted(tenant.database())
                + (value == null ? "" : ", tenant_value: " + quoted(value)) + " }";
    }

    private String table(TableRule rule) {
        List<String> fields = new ArrayList<>();
        if (rule instanceof TableRule.Keyed keyed) {
            fields.add("strategy: "
                    + (keyed instanceof TableRule.Hash ? "hash" : keyed instanceof TableRule.Range ? "range" : "list"));
            fields.add("key: " + quoted(keyed.key()));
            fields.add("key_type: " + keyed.keyType().policyName());
            if (!keyed.collation().name().equals("undeclared")) {
                fields.add("key_collation: " + quoted(keyed.collation().name()));
            }
            if (keyed.colocatedWith() != null) {
                fields.add("colocated_with: " + quoted(keyed.colocatedWith()));
            }
            if (keyed.sequence() != null) {
                fields.add("sequence: " + quoted(keyed.sequence()));
            }
            if (keyed instanceof TableRule.Hash hash) {
                fields.add("hash: " + quoted(hash.hash().policyName()));
            } else if (keyed instanceof TableRule.Range range) {
                fields.add("ranges: " + ranges(range));
            } else {
                fields.add("values: " + values((TableRule.Listed) keyed));
            }
        } else if (rule instanceof TableRule.Single single) {
            fields.add("strategy: single");
            fields.add("shard: " + quoted(single.shard()));
        } else {
            fields.add("strategy: "
                    + (rule instanceof TableRule.Reference
                            ? "reference"
                            : rule instanceof TableRule.TenantHash ? "tenant_hash" : "table_hash"));
        }
        String column = policy.tenantColumns().byTable().get(rule.table().toLowerCase(Locale.ROOT));
        if (column != null) {
            fields.add("tenant_column: " + quoted(column));
        }
        policy.caching(rule.table()).ifPresent(caching -> fields.add(cache(caching)));
        return quoted(rule.table()) + ": { " + String.join(", ", fields) + " }";
    }

    private static String cache(TableCaching caching) {
        List<String> columns =
                caching.alwaysStrongColumns().stream().map(PolicyWriter::quoted).toList();
        return "cache: { mode: " + lower(caching.mode()) + ", ttl_ms: " + caching.ttlMillis() + ", swr_ms: "
                + caching.swrMillis() + ", always_strong_columns: [ " + String.join(", ", columns) + " ] }";
    }

    private static String ranges(TableRule.Range range) {
        List<String> parts = new ArrayList<>();
        for (TableRule.RangePart part : range.parts()) {
            String below = part.below() == null
                    ? ""
                    : "below: "
                            + quoted(
                                    range.keyType() == KeyType.DATE
                                            ? LocalDate.ofEpochDay(part.below().longValueExact())
                                                    .toString()
                                            : part.below().toPlainString())
                            + ", ";
            parts.add("{ " + below + "shard: " + quoted(part.shard()) + " }");
        }
        return "[ " + String.join(", ", parts) + " ]";
    }

    private static String values(TableRule.Listed listed) {
        List<String> values = new ArrayList<>();
        for (Map.Entry<String, String> entry : listed.written().entrySet()) {
            values.add(quoted(entry.getKey()) + ": " + quoted(entry.getValue()));
        }
        return "{ " + String.join(", ", values) + " }";
    }

    private void slots() {
        out.append("slots:\n  generation: ").append(policy.slots().generation()).append("\n  map:\n");
        int start = 0;
        for (int slot = 1; slot <= SlotTable.SLOTS; slot++) {
            if (slot == SlotTable.SLOTS
                    || !policy.slots().owner(slot).equals(policy.slots().owner(start))) {
                out.append("    \"").append(start).append('-').append(slot - 1).append("\": ");
                out.append(quoted(policy.slots().owner(start))).append('\n');
                start = slot;
            }
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c == 0x7F || c == '\u0085' || c == '\u2028' || c == '\u2029') {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
