// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads a policy from its document, and from the documents of single tables where there are such. */
final class PolicyReader {

    private static final Pattern SLOT_RANGE = Pattern.compile("(\\d{1,5})(?:\\s*-\\s*(\\d{1,5}))?");
    private static final Pattern HASH_RANGE = Pattern.compile("([0-9a-f]{2})\\.\\.([0-9a-f]{2})");

    private final String text;
    private final Map<String, String> tableDocuments;
    private final List<PolicyError> errors = new ArrayList<>();
    private final DocumentNodes nodes = new DocumentNodes(null, errors);
    private final List<String> shards = new ArrayList<>();
    private final Map<String, Integer> weights = new LinkedHashMap<>();
    private final Map<String, TenantPlacement> tenants = new LinkedHashMap<>();
    private final List<TenantRange> ranges = new ArrayList<>();
    private final Map<String, TableRule> tables = new LinkedHashMap<>();
    private final Map<String, TableCaching> caching = new LinkedHashMap<>();
    private final Map<String, String> tenantColumns = new LinkedHashMap<>();
    private final Map<String, String> tenantValues = new LinkedHashMap<>();
    private String tenantColumn;
    private TenantColumns columns = TenantColumns.NONE;
    private PolicyDefaults defaults = PolicyDefaults.STANDARD;
    private SlotTable slots;

    PolicyReader(String text, Map<String, String> tableDocuments) {
        this.text = text;
        this.tableDocuments = tableDocuments;
    }

    RoutingPolicy read() {
        Node document = nodes.compose(text);
        if (document != null) {
            root(nodes.fields(document, "version", "defaults", "shards", "tenants", "ranges", "tables", "slots"));
        }
        if (!errors.isEmpty()) {
            throw new PolicyException(errors);
        }
        StringBuilder content = new StringBuilder(text);
        tableDocuments.forEach(
                (file, table) -> content.append('\n').append(file).append('\n').append(table));
        return new RoutingPolicy(
                RoutingPolicy.checksum(content.toString()),
                shards,
                weights,
                new TenantHomes(tenants, ranges),
                tables,
                caching,
                defaults,
                columns,
                slots);
    }

    private void root(Map<String, NodeTuple> root) {
        version(root.get("version"));
        shards(root.get("shards"), root.get("defaults"));
        if (!errors.isEmpty()) {
            return;
        }
        nodes.mapping(root.get("tenants"), this::tenant);
        nodes.sequence(root.get("ranges")).forEach(this::range);
        TableRuleReader rules = new TableRuleReader(nodes, this::shard);
        nodes.mapping(root.get("tables"), (key, value) -> {
            if (!hasCacheAlone(value)) {
                add(nodes, key, rules.read(nodes.scalar(key), value));
            }
            caching(key, value);
            tenantColumn(key, value);
        });
        tableDocuments.forEach(this::tableDocument);
        nodes.mapping(root.get("tables"), this::colocation);
        nodes.mapping(root.get("tables"), this::sequence);
        tenantColumns(root.get("tenants"));
        slots(root.get("slots"));
    }

    /** Whether an entry says nothing of where the table's rows are, but only how fresh its reads have to be. */
    private static boolean hasCacheAlone(Node value) {
        return value instanceof MappingNode mapping
                && mapping.getValue().size() == 1
                && mapping.getValue().get(0).getKeyNode() instanceof ScalarNode name
                && name.getValue().equals("cache");
    }

    private void caching(Node table, Node value) {
        NodeTuple cache = field(value, "cache");
        if (cache != null) {
            String name = nodes.scalar(table).toLowerCase(Locale.ROOT);
            if (caching.put(name, TableDocument.caching(nodes, Map.of("cache", cache))) != null) {
                nodes.error(table, "table " + name + " has two rules; names are compared without regard to case");
            }
        }
    }

    private static NodeTuple field(Node value, String key) {
        return value instanceof MappingNode mapping
                ? mapping.getValue().stream()
                        .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode name
                                && name.getValue().equals(key))
                        .findFirst()
                        .orElse(null)
                : null;
    }

    private void tenantColumn(Node table, Node value) {
        NodeTuple column = field(value, "tenant_column");
        if (column != null) {
            tenantColumns.put(nodes.scalar(table).toLowerCase(Locale.ROOT), nodes.scalar(column.getValueNode()));
        }
    }

    private void tenantColumns(NodeTuple field) {
        List<String> sharing = tenants.values().stream()
                .filter(tenant -> tenant.isolation() == Isolation.ROW)
                .map(TenantPlacement::tenant)
                .toList();
        columns = new TenantColumns(tenantColumn, tenantColumns, tenantValues);
        String fault = columns.fault(sharing);
        if (fault != null) {
            nodes.error(field.getKeyNode(), fault);
        }
        if (!sharing.isEmpty() && tenantColumn == null && tenantColumns.isEmpty()) {
            nodes.error(
                    field.getKeyNode(),
                    "isolation row needs a tenant column: set defaults.tenant_column, or tenant_column of each table");
        }
    }

    private void add(DocumentNodes at, Node node, TableRule rule) {
        if (rule != null && tables.put(rule.table().toLowerCase(Locale.ROOT), rule) != null) {
            at.error(node, "table " + rule.table() + " has two rules; names are compared without regard to case");
        }
    }

    private void tableDocument(String file, String document) {
        DocumentNodes own = new DocumentNodes(file, errors);
        Node root = own.compose(document);
        if (root != null) {
            TableDocument table = TableDocument.read(own, RoutingPolicy.tableOf(file), root);
            add(own, root, table.rule());
            if (table.caching() != null) {
                caching.put(RoutingPolicy.tableOf(file).toLowerCase(Locale.ROOT), table.caching());
            }
        }
    }

    private void version(NodeTuple field) {
        if (field != null && !"1".equals(nodes.scalar(field.getValueNode()))) {
            nodes.error(
                    field.getValueNode(),
                    "version " + nodes.scalar(field.getValueNode()) + " is unknown; 1 is the only one");
        }
    }

    private void shards(NodeTuple field, NodeTuple defaultsField) {
        int count = 0;
        if (defaultsField != null) {
            Map<String, NodeTuple> fields = nodes.fields(
                    defaultsField.getValueNode(),
                    "shard_count",
                    "strategy",
                    "new_tenants",
                    "scatter",
                    "allow_multi_shard_writes",
                    "tenant_column");
            if (fields.containsKey("tenant_column")) {
                tenantColumn = nodes.scalar(fields.get("tenant_column").getValueNode());
            }
            NodeTuple shardCount = fields.get("shard_count");
            if (shardCount != null) {
                count = (int) nodes.number(shardCount.getValueNode(), 1, SlotTable.SLOTS);
            }
            defaults = new PolicyDefaults(
                    constant(fields.get("strategy"), DefaultStrategy.class, DefaultStrategy.TENANT_HASH),
                    constant(fields.get("new_tenants"), NewTenantStrategy.class, NewTenantStrategy.ROUND_ROBIN),
                    constant(fields.get("scatter"), ScatterRule.class, ScatterRule.ALLOW) == ScatterRule.ALLOW,
                    constant(fields.get("allow_multi_shard_writes"), Switch.class, Switch.FALSE) == Switch.TRUE);
        }
        if (field != null) {
            nodes.sequence(field).forEach(this::listedShard);
            if (count > 0 && count != shards.size()) {
                nodes.error(
                        defaultsField.getValueNode(),
                        "shard_count is " + count + " but " + shards.size() + " are listed");
            }
        } else {
            for (int i = 0; i < count; i++) {
                shards.add("shard_" + i);
            }
        }
        if (shards.isEmpty() && errors.isEmpty()) {
            errors.add(new PolicyError(0, 0, "no shards: list them under shards, or set defaults.shard_count"));
        }
    }

    private enum ScatterRule {
        ALLOW,
        REFUSE
    }

    private enum Switch {
        TRUE,
        FALSE
    }

    private <E extends Enum<E>> E constant(NodeTuple field, Class<E> type, E absent) {
        return field == null ? absent : nodes.constant(field.getValueNode(), type, absent);
    }

    private void listedShard(Node node) {
        String shard;
        if (node instanceof MappingNode) {
            Map<String, NodeTuple> fields = nodes.fields(node, "name", "weight");
            NodeTuple name = nodes.required(node, fields, "name");
            if (name == null) {
                return;
            }
            shard = nodes.scalar(name.getValueNode());
            if (fields.containsKey("weight")) {
                weights.put(shard, (int) nodes.number(fields.get("weight").getValueNode(), 1, 1_000_000));
            }
        } else {
            shard = nodes.scalar(node);
        }
        if (shard.isEmpty()) {
            nodes.error(node, "a shard's name is empty");
        } else if (shards.contains(shard)) {
            nodes.error(node, "shard " + shard + " is listed twice");
        } else {
            shards.add(shard);
        }
    }

    private void tenant(Node key, Node value) {
        String name = nodes.scalar(key);
        if (value instanceof ScalarNode) {
            tenants.put(name, TenantPlacement.explicit(name, shard(value), Isolation.SCHEMA, name));
            return;
        }
        Map<String, NodeTuple> fields = nodes.fields(value, "shard", "isolation", "database", "tenant_value");
        Isolation isolation = Isolation.SCHEMA;
        if (fields.containsKey("isolation")) {
            isolation = nodes.constant(fields.get("isolation").getValueNode(), Isolation.class, Isolation.SCHEMA);
        }
        String database = fields.containsKey("database")
                ? nodes.scalar(fields.get("database").getValueNode())
                : name;
        if (fields.containsKey("tenant_value")) {
            NodeTuple own = fields.get("tenant_value");
            if (isolation != Isolation.ROW) {
                nodes.error(own.getKeyNode(), "tenant_value has no meaning but for isolation row");
            }
            tenantValues.put(name, nodes.scalar(own.getValueNode()));
        }
        NodeTuple shard = nodes.required(value, fields, "shard");
        if (shard != null) {
            String home = shard(shard.getValueNode());
            tenants.put(name, TenantPlacement.explicit(name, home, isolation, database));
        }
    }

    private void range(Node node) {
        Map<String, NodeTuple> fields = nodes.fields(node, "prefix", "shard");
        NodeTuple prefix = nodes.required(node, fields, "prefix");
        NodeTuple shard = nodes.required(node, fields, "shard");
        if (prefix == null || shard == null) {
            return;
        }
        String written = nodes.scalar(prefix.getValueNode());
        Matcher hash = HASH_RANGE.matcher(written);
        if (!hash.matches()) {
            ranges.add(new TenantRange(written, shard(shard.getValueNode()), -1, -1));
            return;
        }
        int first = Integer.parseInt(hash.group(1), 16);
        int last = Integer.parseInt(hash.group(2), 16);
        if (first > last) {
            nodes.error(prefix.getValueNode(), "range " + written + " ends before it begins");
        }
        ranges.add(new TenantRange(written, shard(shard.getValueNode()), first, last));
    }

    private void colocation(Node key, Node value) {
        TableRule named = tables.get(nodes.scalar(key).toLowerCase(Locale.ROOT));
        if (!(named instanceof TableRule.Keyed rule) || rule.colocatedWith() == null) {
            return;
        }
        Set<String> seen = new HashSet<>();
        TableRule.Keyed at = rule;
        while (at.colocatedWith() != null) {
            if (!seen.add(at.table())) {
                nodes.error(value, "colocated_with of " + rule.table() + " leads back to itself");
                return;
            }
            if (!(tables.get(at.colocatedWith().toLowerCase(Locale.ROOT)) instanceof TableRule.Keyed next)) {
                nodes.error(
                        value,
                        "colocated_with names " + at.colocatedWith() + ", which has no hash, range or list rule");
                return;
            }
            if (!next.placesLike(rule)) {
                nodes.error(
                        value,
                        rule.table() + " and " + next.table()
                                + " differ in strategy, key_type, key_collation, hash, ranges or values");
                return;
            }
            at = next;
        }
    }

    private void sequence(Node key, Node value) {
        if (tables.get(nodes.scalar(key).toLowerCase(Locale.ROOT)) instanceof TableRule.Keyed rule
                && rule.sequence() != null
                && !(tables.get(rule.sequence().toLowerCase(Locale.ROOT)) instanceof TableRule.Single)) {
            nodes.error(value, "sequence names " + rule.sequence() + ", which has no rule by strategy single");
        }
    }

    private void slots(NodeTuple field) {
        if (field == null) {
            slots = SlotTable.even(1, shards);
            return;
        }
        Map<String, NodeTuple> fields = nodes.fields(field.getValueNode(), "generation", "map");
        long generation = 1;
        if (fields.containsKey("generation")) {
            generation = nodes.number(fields.get("generation").getValueNode(), 0, Long.MAX_VALUE);
        }
        NodeTuple map = nodes.required(field.getValueNode(), fields, "map");
        String[] owners = new String[SlotTable.SLOTS];
        nodes.mapping(map, (range, shard) -> {
            Matcher matcher = SLOT_RANGE.matcher(nodes.scalar(range));
            if (!matcher.matches()) {
                nodes.error(range, "\"" + nodes.scalar(range) + "\" is no slot range such as \"0-4095\"");
                return;
            }
            int first = Integer.parseInt(matcher.group(1));
            int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
            if (first > last || last >= SlotTable.SLOTS) {
                nodes.error(range, "slots " + first + "-" + last + " are not within 0-" + (SlotTable.SLOTS - 1));
                return;
            }
            String owner = shard(shard);
            for (int slot = first; slot <= last; slot++) {
                if (owners[slot] != null) {
                    nodes.error(range, "slot " + slot + " is given to " + owners[slot] + " and to " + owner);
                    return;
                }
                owners[slot] = owner;
            }
        });
        for (int slot = 0; map != null && errors.isEmpty() && slot < owners.length; slot++) {
            if (owners[slot] == null) {
                nodes.error(map.getValueNode(), "slot " + slot + " has no shard");
            }
        }
        if (errors.isEmpty()) {
            slots = SlotTable.of(generation, List.of(owners));
        }
    }

    private String shard(Node node) {
        String name = nodes.scalar(node);
        if (!shards.contains(name)) {
            nodes.error(node, "shard " + name + " does not exist; there are " + String.join(", ", shards));
        }
        return name;
    }
}
