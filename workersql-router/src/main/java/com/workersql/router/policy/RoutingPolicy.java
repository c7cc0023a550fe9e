// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where tenants and tables live: shards, explicit homes, ranges, table rules and the slot table. Immutable, and so safe
 * for any thread; a change is a new policy.
 */
public final class RoutingPolicy {

    private final String version;
    private final List<String> shards;
    private final Map<String, TenantPlacement> tenants;
    private final List<TenantRange> ranges;
    private final Map<String, TableRule> tables;
    private final SlotTable slots;

    RoutingPolicy(
            String version,
            List<String> shards,
            Map<String, TenantPlacement> tenants,
            List<TenantRange> ranges,
            Map<String, TableRule> tables,
            SlotTable slots) {
        this.version = version;
        this.shards = List.copyOf(shards);
        this.tenants = Map.copyOf(tenants);
        this.ranges = List.copyOf(ranges);
        this.tables = Map.copyOf(tables);
        this.slots = slots;
    }

    /**
     * {@return the policy of a document in YAML or JSON}
     *
     * @param text the document
     * @throws PolicyException naming line and column of everything that is wrong with it
     */
    public static RoutingPolicy parse(String text) {
        return new PolicyReader(text).read();
    }

    /** {@return a builder, for policies that come from elsewhere than a document} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return twelve hexadecimal digits of the SHA-256 of what the policy was made from} */
    public String version() {
        return version;
    }

    /** {@return the shards in their order, at least one} */
    public List<String> shards() {
        return shards;
    }

    /** {@return the slot table} */
    public SlotTable slots() {
        return slots;
    }

    /** {@return the tenants with a home of their own in the document, by name} */
    public Map<String, TenantPlacement> tenants() {
        return tenants;
    }

    /**
     * {@return the rule of a table}
     *
     * @param table the table's name without schema; compared without regard to case, as servers on some systems do
     */
    public Optional<TableRule> table(String table) {
        return Optional.ofNullable(tables.get(table.toLowerCase(Locale.ROOT)));
    }

    /** {@return the tables with a rule, by name in lower case} */
    public Map<String, TableRule> tables() {
        return tables;
    }

    /**
     * {@return where a tenant lives: its explicit home, else by range of its name, else by the slot of its name's hash}
     *
     * @param tenant the tenant's name
     */
    public TenantPlacement placement(String tenant) {
        TenantPlacement explicit = tenants.get(tenant);
        if (explicit != null) {
            return explicit;
        }
        byte[] name = tenant.getBytes(StandardCharsets.UTF_8);
        for (TenantRange range : ranges) {
            if (range.holds(tenant, name)) {
                return new TenantPlacement(
                        tenant, range.shard(), Isolation.SCHEMA, tenant, "tenant range " + range.text());
            }
        }
        int slot = HashFunctions.XXH64.slot(name, 0, name.length);
        return new TenantPlacement(tenant, slots.owner(slot), Isolation.SCHEMA, tenant, "tenant_hash: slot " + slot);
    }

    /** A rule that places tenants by their names: a prefix, or a range of the first byte of the name's SHA-256. */
    record TenantRange(String text, String shard, int firstByte, int lastByte) {
        boolean holds(String tenant, byte[] name) {
            if (firstByte < 0) {
                return tenant.startsWith(text);
            }
            int first = HashFunctions.sha256(name, 0, name.length)[0] & 0xFF;
            return first >= firstByte && first <= lastByte;
        }
    }

    /** Builds a policy in code. Not safe for several threads. */
    public static final class Builder {

        private final List<String> shards = new ArrayList<>();
        private final Map<String, TenantPlacement> tenants = new LinkedHashMap<>();
        private final Map<String, TableRule> tables = new LinkedHashMap<>();
        private SlotTable slots;

        private Builder() {}

        /**
         * Adds shards behind those added before.
         *
         * @param names the shards' names
         * @return this
         */
        public Builder shards(List<String> names) {
            shards.addAll(names);
            return this;
        }

        /**
         * Gives a tenant a home; default: none, so that tenants are placed by hash.
         *
         * @param tenant the tenant's name
         * @param shard its home
         * @param isolation how its rows are kept apart
         * @param database its database
         * @return this
         */
        public Builder tenant(String tenant, String shard, Isolation isolation, String database) {
            tenants.put(tenant, new TenantPlacement(tenant, shard, isolation, database, "explicit tenant"));
            return this;
        }

        /**
         * Gives a table a rule; default: none.
         *
         * @param rule the rule
         * @return this
         */
        public Builder table(TableRule rule) {
            tables.put(rule.table().toLowerCase(Locale.ROOT), rule);
            return this;
        }

        /**
         * Sets the slot table; default: equal parts, generation 1.
         *
         * @param table the table
         * @return this
         */
        public Builder slots(SlotTable table) {
            slots = table;
            return this;
        }

        /**
         * {@return the policy}
         *
         * @throws PolicyException where there is no shard, or a rule names a shard that does not exist
         */
        public RoutingPolicy build() {
            List<PolicyError> errors = new ArrayList<>();
            if (shards.isEmpty()) {
                errors.add(new PolicyError(0, 0, "a policy needs at least one shard"));
            }
            tenants.values().forEach(tenant -> require(tenant.shard(), "tenant " + tenant.tenant(), errors));
            tables.values().forEach(rule -> {
                if (rule instanceof TableRule.Single single) {
                    require(single.shard(), "table " + single.table(), errors);
                }
            });
            if (!errors.isEmpty()) {
                throw new PolicyException(errors);
            }
            SlotTable table = slots == null ? SlotTable.even(1, shards) : slots;
            String content = shards + "\n" + tenants + "\n" + tables + "\n" + table;
            return new RoutingPolicy(checksum(content), shards, tenants, List.of(), tables, table);
        }

        private void require(String shard, String who, List<PolicyError> errors) {
            if (!shards.contains(shard)) {
                errors.add(new PolicyError(0, 0, who + " is on " + shard + ", which is not one of " + shards));
            }
        }
    }

    static String checksum(String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(HashFunctions.sha256(bytes, 0, bytes.length), 0, 6);
    }
}
