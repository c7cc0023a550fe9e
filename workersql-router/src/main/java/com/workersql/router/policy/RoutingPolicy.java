// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import com.workersql.router.ParameterValue;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where tenants and tables live: shards, explicit homes, ranges, table rules and the slot table. Immutable, and so safe
 * for any thread; a change is a new policy.
 */
public final class RoutingPolicy {

    private final String version;
    private final List<String> shards;
    private final Map<String, Integer> weights;
    private final TenantHomes homes;
    private final Map<String, TableRule> tables;
    private final Map<String, TableCaching> caching;
    private final boolean keepsAnswers;
    private final PolicyDefaults defaults;
    private final TenantColumns tenantColumns;
    private final SlotTable slots;
    private final boolean placesByTable;

    RoutingPolicy(
            String version,
            List<String> shards,
            Map<String, Integer> weights,
            TenantHomes homes,
            Map<String, TableRule> tables,
            Map<String, TableCaching> caching,
            PolicyDefaults defaults,
            TenantColumns tenantColumns,
            SlotTable slots) {
        this.version = version;
        this.shards = List.copyOf(shards);
        this.weights = Map.copyOf(weights);
        this.homes = homes;
        this.tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
        this.caching = Map.copyOf(caching);
        this.keepsAnswers = caching.values().stream()
                .anyMatch(table -> table.mode() != TableCaching.Mode.STRONG && table.ttlMillis() > 0);
        this.defaults = defaults;
        this.tenantColumns = tenantColumns;
        this.slots = slots;
        this.placesByTable = defaults.strategy() == DefaultStrategy.TABLE_HASH
                || tables.values().stream().anyMatch(TableRule.TableHash.class::isInstance);
    }

    /**
     * {@return the policy of a document in YAML or JSON}
     *
     * @param text the document
     * @throws PolicyException naming line and column of everything that is wrong with it
     */
    public static RoutingPolicy parse(String text) {
        return parse(text, Map.of());
    }

    /**
     * {@return the policy of a document and of the documents of single tables}
     *
     * @param text the document
     * @param tableDocuments the tables' documents, by file name: the table of {@code orders.yaml} is {@code orders}
     * @throws PolicyException naming file, line and column of everything that is wrong with them
     */
    public static RoutingPolicy parse(String text, Map<String, String> tableDocuments) {
        return new PolicyReader(text, new TreeMap<>(tableDocuments)).read();
    }

    /**
     * {@return everything that is wrong with a document; empty where it can be used}
     *
     * @param text the document
     */
    public static List<PolicyError> validate(String text) {
        try {
            parse(text);
            return List.of();
        } catch (PolicyException e) {
            return e.errors();
        }
    }

    static String tableOf(String file) {
        String name = file.substring(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
        int point = name.lastIndexOf('.');
        return point > 0 ? name.substring(0, point) : name;
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

    List<TenantRange> ranges() {
        return homes.ranges();
    }

    /**
     * {@return a policy that also gives a tenant a home}
     *
     * @param tenant the tenant's name
     * @param shard its home, one of {@link #shards()}
     * @param database its database
     * @throws IllegalArgumentException where the tenant has a home already, or there is no such shard
     */
    public RoutingPolicy withTenant(String tenant, String shard, String database) {
        return withTenants(List.of(TenantPlacement.explicit(tenant, shard, Isolation.SCHEMA, database)));
    }

    /**
     * {@return a policy that also gives tenants a home}
     *
     * @param added where they live, by rules of their own
     * @throws IllegalArgumentException where one has a home already, or there is no such shard
     */
    public RoutingPolicy withTenants(Collection<TenantPlacement> added) {
        return added.isEmpty() ? this : withHomes(homes.with(added, shards));
    }

    /**
     * {@return a policy in which a tenant has no home of its own}
     *
     * @param tenant the tenant's name
     * @throws IllegalArgumentException where it has none
     */
    public RoutingPolicy withoutTenant(String tenant) {
        return withHomes(homes.without(tenant));
    }

    /** The version is that of the document which the new policy is written as, so that reading it gives the same. */
    private RoutingPolicy withHomes(TenantHomes others) {
        RoutingPolicy changed = withHomes("", others);
        return withHomes(checksum(changed.toDocument()), others);
    }

    private RoutingPolicy withHomes(String newVersion, TenantHomes others) {
        return new RoutingPolicy(newVersion, shards, weights, others, tables, caching, defaults, tenantColumns, slots);
    }

    /** {@return a document in YAML that reads as this policy} */
    public String toDocument() {
        return new PolicyWriter(this).write();
    }

    /** {@return what holds where nothing else is said} */
    public PolicyDefaults defaults() {
        return defaults;
    }

    /** {@return whose the rows are in tables that tenants share} */
    public TenantColumns tenantColumns() {
        return tenantColumns;
    }

    /**
     * {@return how much a shard can take in proportion to others, 1 where the policy says nothing of it}
     *
     * @param shard the shard's name
     */
    public int weight(String shard) {
        return weights.getOrDefault(shard, 1);
    }

    /**
     * {@return how fresh the reads of a table have to be, where the policy says so}
     *
     * @param table the table's name without schema
     */
    public Optional<TableCaching> caching(String table) {
        return Optional.ofNullable(caching.get(table.toLowerCase(Locale.ROOT)));
    }

    /** {@return whether the answers of any table's reads may be kept for a while} */
    public boolean keepsAnswers() {
        return keepsAnswers;
    }

    /** {@return how fresh the reads of tables have to be, by their names in lower case} */
    Map<String, TableCaching> cachings() {
        return caching;
    }

    /** {@return the tenants with a home of their own in the document, by name, in the document's order} */
    public Map<String, TenantPlacement> tenants() {
        return homes.explicit();
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
        TenantPlacement explicit = homes.explicit().get(tenant);
        if (explicit != null) {
            return explicit;
        }
        byte[] name = tenant.getBytes(StandardCharsets.UTF_8);
        TenantPlacement byRange = homes.byRange(tenant, name);
        if (byRange != null) {
            return byRange;
        }
        int slot = HashFunctions.XXH64.slot(name, 0, name.length);
        String strategy = defaults.strategy().name().toLowerCase(Locale.ROOT);
        return new TenantPlacement(
                tenant, slots.owner(slot), Isolation.SCHEMA, tenant, false, strategy + ": slot " + slot);
    }

    /**
     * {@return the shard of one table of a tenant}
     *
     * @param placement where the tenant lives
     * @param table the table's name without schema
     */
    public String shardOf(TenantPlacement placement, String table) {
        if (placement.isHome()) {
            return placement.shard();
        }
        TableRule rule = tables.get(table.toLowerCase(Locale.ROOT));
        boolean byTable = rule instanceof TableRule.TableHash
                || (!(rule instanceof TableRule.TenantHash) && defaults.strategy() == DefaultStrategy.TABLE_HASH);
        if (!byTable) {
            return placement.shard();
        }
        byte[] name = (placement.tenant() + ":" + table.toLowerCase(Locale.ROOT)).getBytes(StandardCharsets.UTF_8);
        return slots.owner(HashFunctions.XXH64.slot(name, 0, name.length));
    }

    /** {@return whether tables of one tenant without a home may be on several shards} */
    public boolean placesByTable() {
        return placesByTable;
    }

    /**
     * {@return where the rows of a key are; null where the key has no canonical form, or no place}
     *
     * @param rule the rule of the table
     * @param value the key's value
     */
    public KeyPlace place(TableRule.Keyed rule, ParameterValue value) {
        CanonicalKey key = CanonicalKey.of(rule.keyType(), rule.collation(), value);
        String shard = key == null ? null : shard(rule, key, value);
        if (shard == null) {
            return null;
        }
        int slot = rule instanceof TableRule.Hash hashed ? key.slot(hashed.hash()) : -1;
        return new KeyPlace(key.toString(), slot, shard);
    }

    /**
     * {@return the shard of the rows of a key; null where the key has no canonical form, or no place}
     *
     * @param rule the rule of the table
     * @param value the key's value
     */
    public String shard(TableRule.Keyed rule, ParameterValue value) {
        CanonicalKey key = CanonicalKey.of(rule.keyType(), rule.collation(), value);
        return key == null ? null : shard(rule, key, value);
    }

    private String shard(TableRule.Keyed rule, CanonicalKey key, ParameterValue value) {
        if (rule instanceof TableRule.Range range) {
            BigDecimal number = CanonicalKey.number(rule.keyType(), value);
            return number == null ? null : range.parts().get(range.part(number)).shard();
        }
        if (rule instanceof TableRule.Listed listed) {
            return listed.values().get(key);
        }
        return slots.owner(key.slot(((TableRule.Hash) rule).hash()));
    }

    /** Builds a policy in code. Not safe for several threads. */
    public static final class Builder {

        private final List<String> shards = new ArrayList<>();
        private final Map<String, TenantPlacement> tenants = new LinkedHashMap<>();
        private final Map<String, TableRule> tables = new LinkedHashMap<>();
        private SlotTable slots;
        private PolicyDefaults defaults = PolicyDefaults.STANDARD;
        private TenantColumns tenantColumns = TenantColumns.NONE;

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
            tenants.put(tenant, TenantPlacement.explicit(tenant, shard, isolation, database));
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
         * Sets what holds where nothing else is said; default: {@link PolicyDefaults#STANDARD}.
         *
         * @param standard the defaults
         * @return this
         */
        public Builder defaults(PolicyDefaults standard) {
            defaults = standard;
            return this;
        }

        /**
         * Sets whose the rows are in tables that tenants share; default: {@link TenantColumns#NONE}.
         *
         * @param columns the columns and values
         * @return this
         */
        public Builder tenantColumns(TenantColumns columns) {
            tenantColumns = columns;
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
                } else if (rule instanceof TableRule.Range range) {
                    range.parts().forEach(part -> require(part.shard(), "table " + range.table(), errors));
                } else if (rule instanceof TableRule.Listed listed) {
                    listed.values().values().forEach(shard -> require(shard, "table " + listed.table(), errors));
                }
            });
            String fault = tenantColumns.fault(tenants.values().stream()
                    .filter(tenant -> tenant.isolation() == Isolation.ROW)
                    .map(TenantPlacement::tenant)
                    .toList());
            if (fault != null) {
                errors.add(new PolicyError(0, 0, fault));
            }
            if (!errors.isEmpty()) {
                throw new PolicyException(errors);
            }
            SlotTable table = slots == null ? SlotTable.even(1, shards) : slots;
            String content =
                    shards + "\n" + tenants + "\n" + tables + "\n" + defaults + "\n" + tenantColumns + "\n" + table;
            return new RoutingPolicy(
                    checksum(content),
                    shards,
                    Map.of(),
                    new TenantHomes(tenants, List.of()),
                    tables,
                    Map.of(),
                    defaults,
                    tenantColumns,
                    table);
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
