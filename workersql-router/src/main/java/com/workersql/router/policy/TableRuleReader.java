// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import com.workersql.router.ParameterValue;
import com.workersql.router.collation.Collation;
import com.workersql.router.policy.TableRule.RangePart;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/** Reads the rule of one table. */
final class TableRuleReader {

    private static final Map<String, List<String>> FIELDS = Map.of(
            "hash", List.of("key", "key_type", "key_collation", "hash", "colocated_with", "sequence"),
            "range", List.of("key", "key_type", "ranges", "colocated_with", "sequence"),
            "list", List.of("key", "key_type", "key_collation", "values", "colocated_with"),
            "single", List.of("shard"),
            "reference", List.of(),
            "tenant_hash", List.of(),
            "table_hash", List.of());

    private static final Set<String> OF_EVERY_STRATEGY = Set.of("strategy", "tenant_column", "cache");

    private static final String[] KNOWN = {
        "strategy",
        "key",
        "key_type",
        "key_collation",
        "hash",
        "colocated_with",
        "sequence",
        "shard",
        "ranges",
        "values",
        "tenant_column",
        "cache"
    };

    private final DocumentNodes nodes;
    private final Function<Node, String> shard;

    /**
     * @param shard reads the name of a shard, which has to exist
     */
    TableRuleReader(DocumentNodes nodes, Function<Node, String> shard) {
        this.nodes = nodes;
        this.shard = shard;
    }

    /** {@return the rule, or null after a fault} */
    TableRule read(String name, Node value) {
        Map<String, NodeTuple> fields = nodes.fields(value, KNOWN);
        NodeTuple strategy = nodes.required(value, fields, "strategy");
        if (strategy == null) {
            return null;
        }
        String written = nodes.scalar(strategy.getValueNode());
        String word = written.equals("custom") ? "hash" : written;
        List<String> allowed = FIELDS.get(word);
        if (allowed == null) {
            nodes.error(
                    strategy.getValueNode(),
                    "strategy " + written + " is unknown; hash, range, list, single, reference, tenant_hash and"
                            + " table_hash are known");
            return null;
        }
        fields.forEach((field, tuple) -> {
            if (!OF_EVERY_STRATEGY.contains(field) && !allowed.contains(field)) {
                nodes.error(tuple.getKeyNode(), field + " has no meaning for strategy " + written);
            }
        });
        return switch (word) {
            case "single" -> {
                NodeTuple on = nodes.required(value, fields, "shard");
                yield on == null ? null : new TableRule.Single(name, shard.apply(on.getValueNode()));
            }
            case "reference" -> new TableRule.Reference(name);
            case "tenant_hash" -> new TableRule.TenantHash(name);
            case "table_hash" -> new TableRule.TableHash(name);
            default -> keyed(word, name, value, fields);
        };
    }

    private TableRule keyed(String word, String name, Node value, Map<String, NodeTuple> fields) {
        NodeTuple key = nodes.required(value, fields, "key");
        NodeTuple typeNode = nodes.required(value, fields, "key_type");
        if (key == null || typeNode == null) {
            return null;
        }
        KeyType type = nodes.constant(typeNode.getValueNode(), KeyType.class, KeyType.STRING);
        String column = nodes.scalar(key.getValueNode());
        Collation collation = collation(fields.get("key_collation"), type);
        String colocated = fields.containsKey("colocated_with")
                ? nodes.scalar(fields.get("colocated_with").getValueNode())
                : null;
        String sequence = sequence(fields.get("sequence"), type);
        return switch (word) {
            case "hash" ->
                new TableRule.Hash(name, column, type, hash(fields.get("hash"), type), collation, colocated, sequence);
            case "range" -> range(name, column, type, value, fields, colocated, sequence);
            default -> list(name, column, type, collation, value, fields, colocated);
        };
    }

    private String sequence(NodeTuple field, KeyType type) {
        if (field == null) {
            return null;
        }
        if (type != KeyType.INT && type != KeyType.UINT) {
            nodes.error(field.getKeyNode(), "sequence is for key_type int or uint");
        }
        return nodes.scalar(field.getValueNode());
    }

    private HashFunction hash(NodeTuple field, KeyType type) {
        if (field == null) {
            return HashFunctions.XXH64;
        }
        Node node = field.getValueNode();
        Optional<HashFunctions> named = HashFunctions.named(nodes.scalar(node));
        if (named.isEmpty()) {
            nodes.error(
                    node,
                    "hash " + nodes.scalar(node) + " is unknown; xxh64, vitess_hash, crc16, murmur3, sha256 are known");
            return HashFunctions.XXH64;
        }
        if (!named.get().accepts(type)) {
            nodes.error(node, nodes.scalar(node) + " needs key_type int or uint");
        }
        return named.get();
    }

    private Collation collation(NodeTuple field, KeyType type) {
        if (field == null) {
            return Collation.UNDECLARED;
        }
        Node node = field.getValueNode();
        if (type != KeyType.STRING) {
            nodes.error(field.getKeyNode(), "key_collation is for key_type string");
        }
        Optional<Collation> named = Collation.named(nodes.scalar(node));
        if (named.isEmpty()) {
            nodes.error(
                    node,
                    "key_collation " + nodes.scalar(node)
                            + " has no folding rule; a _bin collation, or _general_ci, _unicode_ci, _0900_ai_ci or"
                            + " _uca1400_ai_ci of utf8mb4 has one");
        }
        return named.orElse(Collation.UNDECLARED);
    }

    private TableRule range(
            String name,
            String column,
            KeyType type,
            Node value,
            Map<String, NodeTuple> fields,
            String colocated,
            String sequence) {
        switch (type) {
            case INT, UINT, DECIMAL, DATE -> {}
            default ->
                nodes.error(
                        fields.get("key_type").getValueNode(),
                        "strategy range needs key_type int, uint, decimal or date");
        }
        NodeTuple ranges = nodes.required(value, fields, "ranges");
        if (ranges == null) {
            return null;
        }
        List<RangePart> parts = new ArrayList<>();
        BigDecimal before = null;
        List<Node> list = nodes.sequence(ranges);
        for (int i = 0; i < list.size(); i++) {
            Node node = list.get(i);
            Map<String, NodeTuple> part = nodes.fields(node, "below", "shard");
            NodeTuple on = nodes.required(node, part, "shard");
            NodeTuple below = part.get("below");
            boolean last = i == list.size() - 1;
            if (last && below != null) {
                nodes.error(node, "the last range has a below, so that keys beyond it have no shard");
            } else if (!last && below == null) {
                nodes.error(node, "below is missing; only the last range has none");
            }
            BigDecimal end = below == null ? null : number(below.getValueNode(), type);
            if (end != null && before != null && end.compareTo(before) <= 0) {
                nodes.error(below.getValueNode(), "ranges must ascend: " + end + " follows " + before);
            }
            before = end == null ? before : end;
            if (on != null && (end != null || last)) {
                parts.add(new RangePart(last ? null : end, shard.apply(on.getValueNode())));
            }
        }
        if (list.isEmpty()) {
            nodes.error(ranges.getValueNode(), "ranges is empty");
        }
        return parts.size() != list.size() || parts.isEmpty()
                ? null
                : new TableRule.Range(name, column, type, parts, colocated, sequence);
    }

    private BigDecimal number(Node node, KeyType type) {
        String written = nodes.scalar(node);
        BigDecimal number = CanonicalKey.number(
                type, type == KeyType.DATE ? new ParameterValue.Text(written) : new ParameterValue.Decimal(written));
        if (number == null) {
            nodes.error(node, written + " is no " + type.policyName());
        }
        return number;
    }

    private TableRule list(
            String name,
            String column,
            KeyType type,
            Collation collation,
            Node value,
            Map<String, NodeTuple> fields,
            String colocated) {
        NodeTuple values = nodes.required(value, fields, "values");
        Map<CanonicalKey, String> shards = new LinkedHashMap<>();
        Map<String, String> asWritten = new LinkedHashMap<>();
        nodes.mapping(values, (key, on) -> {
            String written = nodes.scalar(key);
            boolean number = type == KeyType.INT || type == KeyType.UINT || type == KeyType.DECIMAL;
            CanonicalKey canonical = CanonicalKey.of(
                    type, collation, number ? new ParameterValue.Decimal(written) : new ParameterValue.Text(written));
            String home = shard.apply(on);
            asWritten.put(written, home);
            if (canonical == null) {
                nodes.error(key, written + " is no " + type.policyName() + " of which it can be said what it equals");
            } else {
                String other = shards.put(canonical, home);
                if (other != null && !other.equals(home)) {
                    nodes.error(key, written + " equals a value before it, which is on " + other);
                }
            }
        });
        if (values != null && shards.isEmpty()) {
            nodes.error(values.getValueNode(), "values is empty");
        }
        return values == null
                ? null
                : new TableRule.Listed(name, column, type, collation, shards, asWritten, colocated);
    }
}
