// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads a policy document from its composed nodes rather than from constructed objects: nodes know where they stand, and
 * their scalars are still as written, so that {@code no} is a name and not false.
 */
final class PolicyReader {

    private static final int MAX_DOCUMENT_CHARS = 16 * 1024 * 1024;
    private static final int MAX_ERRORS = 100;
    private static final Pattern SLOT_RANGE = Pattern.compile("(\\d{1,5})(?:\\s*-\\s*(\\d{1,5}))?");
    private static final Pattern HASH_RANGE = Pattern.compile("([0-9a-f]{2})\\.\\.([0-9a-f]{2})");

    /** Collations under which folding printable ASCII to lower case, without trailing spaces, never folds too little. */
    private static final Pattern FOLDABLE_COLLATION = Pattern.compile(
            "(ascii|latin1|utf8|utf8mb3|utf8mb4)_(general_ci|unicode_ci|unicode_520_ci|0900_ai_ci|0900_as_ci|0900_as_cs"
                    + "|uca1400_ai_ci|uca1400_as_ci|uca1400_as_cs)");

    private static final Pattern EXACT_COLLATION = Pattern.compile("binary|[a-z0-9]+_(bin|0900_bin|nopad_bin)");

    private final String text;
    private final List<PolicyError> errors = new ArrayList<>();
    private final List<String> shards = new ArrayList<>();
    private final Map<String, TenantPlacement> tenants = new LinkedHashMap<>();
    private final List<RoutingPolicy.TenantRange> ranges = new ArrayList<>();
    private final Map<String, TableRule> tables = new LinkedHashMap<>();
    private SlotTable slots;

    PolicyReader(String text) {
        this.text = text;
    }

    RoutingPolicy read() {
        Map<String, NodeTuple> root =
                fields(compose(), "version", "defaults", "shards", "tenants", "ranges", "tables", "slots");
        version(root.get("version"));
        shards(root.get("shards"), root.get("defaults"));
        if (errors.isEmpty()) {
            mapping(root.get("tenants"), this::tenant);
            sequence(root.get("ranges")).forEach(this::range);
            mapping(root.get("tables"), this::table);
            mapping(root.get("tables"), this::colocation);
            slots(root.get("slots"));
        }
        if (!errors.isEmpty()) {
            throw new PolicyException(errors);
        }
        return new RoutingPolicy(RoutingPolicy.checksum(text), shards, tenants, ranges, tables, slots);
    }

    private Node compose() {
        if (text.length() > MAX_DOCUMENT_CHARS) {
            throw new PolicyException(List.of(new PolicyError(
                    0, 0, "the document has " + text.length() + " characters, at most " + MAX_DOCUMENT_CHARS)));
        }
        // JSON allows tabs between tokens where YAML does not; inside JSON's strings there are none.
        String document = text.stripLeading().startsWith("{") ? text.replace('\t', ' ') : text;
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setLabel("policy")
                    .setMaxAliasesForCollections(0)
                    .setAllowRecursiveKeys(false)
                    .setCodePointLimit(MAX_DOCUMENT_CHARS)
                    .build();
            Optional<Node> node = new Composer(settings, new ParserImpl(settings, new StreamReader(settings, document)))
                    .getSingleNode();
            return node.orElseThrow(() -> new PolicyException(List.of(new PolicyError(0, 0, "the document is empty"))));
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().orElse(null);
            throw new PolicyException(List.of(new PolicyError(
                    mark == null ? 0 : mark.getLine() + 1,
                    mark == null ? 0 : mark.getColumn() + 1,
                    e.getProblem() == null ? "not YAML" : e.getProblem())));
        } catch (YamlEngineException e) {
            throw new PolicyException(List.of(new PolicyError(0, 0, e.getMessage())));
        }
    }

    private void version(NodeTuple field) {
        if (field != null && !"1".equals(scalar(field.getValueNode()))) {
            error(field.getValueNode(), "version " + scalar(field.getValueNode()) + " is unknown; 1 is the only one");
        }
    }

    private void shards(NodeTuple field, NodeTuple defaults) {
        int count = 0;
        if (defaults != null) {
            Map<String, NodeTuple> fields = fields(defaults.getValueNode(), "shard_count", "strategy");
            NodeTuple strategy = fields.get("strategy");
            if (strategy != null && !"tenant_hash".equals(scalar(strategy.getValueNode()))) {
                error(
                        strategy.getValueNode(),
                        "default strategy " + scalar(strategy.getValueNode()) + " is unknown; tenant_hash is known");
            }
            NodeTuple shardCount = fields.get("shard_count");
            if (shardCount != null) {
                count = (int) number(shardCount.getValueNode(), 1, SlotTable.SLOTS);
            }
        }
        if (field != null) {
            for (Node node : sequence(field)) {
                String shard = scalar(node);
                if (shard.isEmpty()) {
                    error(node, "a shard's name is empty");
                } else if (shards.contains(shard)) {
                    error(node, "shard " + shard + " is listed twice");
                } else {
                    shards.add(shard);
                }
            }
            if (count > 0 && count != shards.size()) {
                error(defaults.getValueNode(), "shard_count is " + count + " but " + shards.size() + " are listed");
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

    private void tenant(Node key, Node value) {
        String name = scalar(key);
        if (value instanceof ScalarNode) {
            tenants.put(
                    name, new TenantPlacement(name, shard(value), Isolation.SCHEMA, name, "explicit tenant " + name));
            return;
        }
        Map<String, NodeTuple> fields = fields(value, "shard", "isolation", "database");
        Isolation isolation = Isolation.SCHEMA;
        if (fields.containsKey("isolation")) {
            isolation = constant(fields.get("isolation").getValueNode(), Isolation.class, Isolation.SCHEMA);
        }
        String database =
                fields.containsKey("database") ? scalar(fields.get("database").getValueNode()) : name;
        NodeTuple shard = required(value, fields, "shard");
        if (shard != null) {
            String home = shard(shard.getValueNode());
            tenants.put(name, new TenantPlacement(name, home, isolation, database, "explicit tenant " + name));
        }
    }

    private void range(Node node) {
        Map<String, NodeTuple> fields = fields(node, "prefix", "shard");
        NodeTuple prefix = required(node, fields, "prefix");
        NodeTuple shard = required(node, fields, "shard");
        if (prefix == null || shard == null) {
            return;
        }
        String written = scalar(prefix.getValueNode());
        Matcher hash = HASH_RANGE.matcher(written);
        if (!hash.matches()) {
            ranges.add(new RoutingPolicy.TenantRange(written, shard(shard.getValueNode()), -1, -1));
            return;
        }
        int first = Integer.parseInt(hash.group(1), 16);
        int last = Integer.parseInt(hash.group(2), 16);
        if (first > last) {
            error(prefix.getValueNode(), "range " + written + " ends before it begins");
        }
        ranges.add(new RoutingPolicy.TenantRange(written, shard(shard.getValueNode()), first, last));
    }

    private void table(Node key, Node value) {
        String name = scalar(key);
        Map<String, NodeTuple> fields =
                fields(value, "strategy", "key", "key_type", "key_collation", "hash", "colocated_with", "shard");
        NodeTuple strategy = required(value, fields, "strategy");
        if (strategy == null) {
            return;
        }
        String word = scalar(strategy.getValueNode());
        TableRule rule = switch (word) {
            case "hash", "custom" -> hashRule(name, value, fields);
            case "single" -> {
                NodeTuple shard = required(value, fields, "shard");
                yield shard == null ? null : new TableRule.Single(name, shard(shard.getValueNode()));
            }
            case "reference" -> new TableRule.Reference(name);
            case "tenant_hash" -> new TableRule.TenantHash(name);
            default -> {
                error(
                        strategy.getValueNode(),
                        "strategy " + word + " is unknown; hash, single, reference and tenant_hash are known");
                yield null;
            }
        };
        if (!(rule instanceof TableRule.Hash)) {
            for (String field : List.of("key", "key_type", "key_collation", "hash", "colocated_with")) {
                if (rule != null && fields.containsKey(field)) {
                    error(fields.get(field).getKeyNode(), field + " has no meaning for strategy " + word);
                }
            }
        }
        if (rule != null && !(rule instanceof TableRule.Single) && fields.containsKey("shard")) {
            error(fields.get("shard").getKeyNode(), "shard has no meaning for strategy " + word);
        }
        if (rule != null && tables.put(name.toLowerCase(Locale.ROOT), rule) != null) {
            error(key, "table " + name + " has two rules; names are compared without regard to case");
        }
    }

    private TableRule hashRule(String name, Node value, Map<String, NodeTuple> fields) {
        NodeTuple key = required(value, fields, "key");
        NodeTuple type = required(value, fields, "key_type");
        if (key == null || type == null) {
            return null;
        }
        KeyType keyType = constant(type.getValueNode(), KeyType.class, KeyType.STRING);
        HashFunction hash = HashFunctions.XXH64;
        if (fields.containsKey("hash")) {
            Node node = fields.get("hash").getValueNode();
            Optional<HashFunctions> named = HashFunctions.named(scalar(node));
            if (named.isEmpty()) {
                error(
                        node,
                        "hash " + scalar(node) + " is unknown; xxh64, vitess_hash, crc16, murmur3, sha256 are known");
            } else {
                hash = named.get();
                if (!hash.accepts(keyType)) {
                    error(node, scalar(node) + " needs key_type int or uint");
                }
            }
        }
        boolean exact = false;
        if (fields.containsKey("key_collation")) {
            Node node = fields.get("key_collation").getValueNode();
            String collation = scalar(node).toLowerCase(Locale.ROOT);
            exact = EXACT_COLLATION.matcher(collation).matches();
            if (!exact && !FOLDABLE_COLLATION.matcher(collation).matches()) {
                error(
                        node,
                        "key_collation " + collation
                                + " has no folding rule; a _bin collation, or _general_ci, _unicode_ci, _0900_ai_ci or"
                                + " _uca1400_ai_ci of utf8mb4 has one");
            }
        }
        String colocated = fields.containsKey("colocated_with")
                ? scalar(fields.get("colocated_with").getValueNode())
                : null;
        return new TableRule.Hash(name, scalar(key.getValueNode()), keyType, hash, exact, colocated);
    }

    private void colocation(Node key, Node value) {
        if (!(tables.get(scalar(key).toLowerCase(Locale.ROOT)) instanceof TableRule.Hash rule)
                || rule.colocatedWith() == null) {
            return;
        }
        Set<String> seen = new HashSet<>();
        TableRule.Hash at = rule;
        while (at.colocatedWith() != null) {
            if (!seen.add(at.table())) {
                error(value, "colocated_with of " + rule.table() + " leads back to itself");
                return;
            }
            if (!(tables.get(at.colocatedWith().toLowerCase(Locale.ROOT)) instanceof TableRule.Hash next)) {
                error(value, "colocated_with names " + at.colocatedWith() + ", which has no hash rule");
                return;
            }
            if (next.keyType() != rule.keyType()
                    || !next.hash().equals(rule.hash())
                    || next.exactText() != rule.exactText()) {
                error(value, rule.table() + " and " + next.table() + " differ in key_type, key_collation or hash");
                return;
            }
            at = next;
        }
    }

    private void slots(NodeTuple field) {
        if (field == null) {
            slots = SlotTable.even(1, shards);
            return;
        }
        Map<String, NodeTuple> fields = fields(field.getValueNode(), "generation", "map");
        long generation = 1;
        if (fields.containsKey("generation")) {
            generation = number(fields.get("generation").getValueNode(), 0, Long.MAX_VALUE);
        }
        NodeTuple map = required(field.getValueNode(), fields, "map");
        String[] owners = new String[SlotTable.SLOTS];
        mapping(map, (range, shard) -> {
            Matcher matcher = SLOT_RANGE.matcher(scalar(range));
            if (!matcher.matches()) {
                error(range, "\"" + scalar(range) + "\" is no slot range such as \"0-4095\"");
                return;
            }
            int first = Integer.parseInt(matcher.group(1));
            int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
            if (first > last || last >= SlotTable.SLOTS) {
                error(range, "slots " + first + "-" + last + " are not within 0-" + (SlotTable.SLOTS - 1));
                return;
            }
            String owner = shard(shard);
            for (int slot = first; slot <= last; slot++) {
                if (owners[slot] != null) {
                    error(range, "slot " + slot + " is given to " + owners[slot] + " and to " + owner);
                    return;
                }
                owners[slot] = owner;
            }
        });
        for (int slot = 0; map != null && errors.isEmpty() && slot < owners.length; slot++) {
            if (owners[slot] == null) {
                error(map.getValueNode(), "slot " + slot + " has no shard");
            }
        }
        if (errors.isEmpty()) {
            slots = SlotTable.of(generation, List.of(owners));
        }
    }

    private String shard(Node node) {
        String name = scalar(node);
        if (!shards.contains(name)) {
            error(node, "shard " + name + " does not exist; there are " + String.join(", ", shards));
        }
        return name;
    }

    private Map<String, NodeTuple> fields(Node node, String... allowed) {
        Map<String, NodeTuple> fields = new LinkedHashMap<>();
        if (!(node instanceof MappingNode mapping)) {
            error(node, "expected a mapping with " + String.join(", ", allowed));
            return fields;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String name = scalar(tuple.getKeyNode());
            if (!List.of(allowed).contains(name)) {
                error(tuple.getKeyNode(), "unknown key " + name + "; known here: " + String.join(", ", allowed));
            } else if (fields.put(name, tuple) != null) {
                error(tuple.getKeyNode(), "key " + name + " stands here twice");
            }
        }
        return fields;
    }

    private NodeTuple required(Node owner, Map<String, NodeTuple> fields, String name) {
        NodeTuple tuple = fields.get(name);
        if (tuple == null) {
            error(owner, name + " is missing");
        }
        return tuple;
    }

    private void mapping(NodeTuple field, BiConsumer<Node, Node> entry) {
        if (field == null) {
            return;
        }
        if (!(field.getValueNode() instanceof MappingNode mapping)) {
            error(field.getValueNode(), scalar(field.getKeyNode()) + " must be a mapping");
            return;
        }
        Set<String> seen = new HashSet<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!seen.add(scalar(tuple.getKeyNode()))) {
                error(tuple.getKeyNode(), "key " + scalar(tuple.getKeyNode()) + " stands here twice");
            }
            entry.accept(tuple.getKeyNode(), tuple.getValueNode());
        }
    }

    private List<Node> sequence(NodeTuple field) {
        if (field == null) {
            return List.of();
        }
        if (!(field.getValueNode() instanceof SequenceNode sequence)) {
            error(field.getValueNode(), scalar(field.getKeyNode()) + " must be a list");
            return List.of();
        }
        return sequence.getValue();
    }

    private String scalar(Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        error(node, "expected a single value");
        return "";
    }

    private long number(Node node, long min, long max) {
        String written = scalar(node);
        try {
            long value = Long.parseLong(written);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Reported below together with a number out of range: the remedy is the same.
        }
        error(node, written + " is no whole number from " + min + " to " + max);
        return min;
    }

    private <E extends Enum<E>> E constant(Node node, Class<E> type, E fallback) {
        String written = scalar(node);
        List<String> known = new ArrayList<>();
        for (E value : type.getEnumConstants()) {
            String name = value.name().toLowerCase(Locale.ROOT);
            if (name.equals(written)) {
                return value;
            }
            known.add(name);
        }
        error(node, written + " is unknown; known: " + String.join(", ", known));
        return fallback;
    }

    private void error(Node node, String message) {
        if (errors.size() < MAX_ERRORS) {
            Mark mark = node.getStartMark().orElse(null);
            PolicyError error = new PolicyError(
                    mark == null ? 0 : mark.getLine() + 1, mark == null ? 0 : mark.getColumn() + 1, message);
            if (!errors.contains(error)) {
                errors.add(error);
            }
        }
    }
}
