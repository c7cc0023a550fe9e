// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import com.workersql.router.collation.Collation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;

/**
 * The document of one table: {@code primary_key}, {@code shard_by}, {@code cache} and {@code routing}.
 *
 * @param rule where its rows are; null after a fault
 * @param caching how fresh its reads are; null where the document says nothing of it
 */
record TableDocument(TableRule rule, TableCaching caching) {

    private enum Strategy {
        TENANT_HASH,
        TABLE_HASH,
        CUSTOM
    }

    static TableDocument read(DocumentNodes nodes, String table, Node root) {
        Map<String, NodeTuple> fields = nodes.fields(root, "primary_key", "shard_by", "cache", "routing");
        for (String name : List.of("primary_key", "shard_by")) {
            if (fields.containsKey(name)) {
                nodes.scalar(fields.get(name).getValueNode());
            }
        }
        return new TableDocument(
                rule(nodes, table, fields), fields.containsKey("cache") ? caching(nodes, fields) : null);
    }

    private static TableRule rule(DocumentNodes nodes, String table, Map<String, NodeTuple> fields) {
        if (!fields.containsKey("routing")) {
            return new TableRule.TenantHash(table);
        }
        Node node = fields.get("routing").getValueNode();
        Map<String, NodeTuple> routing =
                nodes.fields(node, "strategy", "shard_key", "key_type", "key_collation", "hash");
        NodeTuple strategy = routing.get("strategy");
        Strategy chosen = strategy == null
                ? Strategy.TENANT_HASH
                : nodes.constant(strategy.getValueNode(), Strategy.class, Strategy.TENANT_HASH);
        return switch (chosen) {
            case TENANT_HASH -> new TableRule.TenantHash(table);
            case TABLE_HASH -> new TableRule.TableHash(table);
            case CUSTOM -> custom(nodes, table, fields, node, routing);
        };
    }

    private static TableRule custom(
            DocumentNodes nodes,
            String table,
            Map<String, NodeTuple> fields,
            Node node,
            Map<String, NodeTuple> routing) {
        NodeTuple key = routing.containsKey("shard_key") ? routing.get("shard_key") : fields.get("shard_by");
        if (key == null) {
            nodes.error(node, "strategy custom needs a shard_key, or the table a shard_by");
            return null;
        }
        // The original knows no types; text is the one whose comparison with anything else is refused.
        KeyType type = routing.containsKey("key_type")
                ? nodes.constant(routing.get("key_type").getValueNode(), KeyType.class, KeyType.STRING)
                : KeyType.STRING;
        Collation collation = Collation.UNDECLARED;
        if (routing.containsKey("key_collation")) {
            Node written = routing.get("key_collation").getValueNode();
            collation = Collation.named(nodes.scalar(written)).orElse(null);
            if (collation == null) {
                nodes.error(written, "key_collation " + nodes.scalar(written) + " has no folding rule");
                return null;
            }
        }
        HashFunction hash = HashFunctions.XXH64;
        if (routing.containsKey("hash")) {
            Node written = routing.get("hash").getValueNode();
            hash = HashFunctions.named(nodes.scalar(written)).orElse(null);
            if (hash == null || !hash.accepts(type)) {
                nodes.error(written, "hash " + nodes.scalar(written) + " is unknown, or not for this key_type");
                return null;
            }
        }
        return new TableRule.Hash(table, nodes.scalar(key.getValueNode()), type, hash, collation, null, null);
    }

    /**
     * {@return how fresh a table's reads have to be}
     *
     * @param fields the table's, {@code cache} among them
     */
    static TableCaching caching(DocumentNodes nodes, Map<String, NodeTuple> fields) {
        Map<String, NodeTuple> cache =
                nodes.fields(fields.get("cache").getValueNode(), "mode", "ttl_ms", "swr_ms", "always_strong_columns");
        List<String> columns = new ArrayList<>();
        nodes.sequence(cache.get("always_strong_columns")).forEach(column -> columns.add(nodes.scalar(column)));
        return new TableCaching(
                cache.containsKey("mode")
                        ? nodes.constant(
                                cache.get("mode").getValueNode(), TableCaching.Mode.class, TableCaching.Mode.STRONG)
                        : TableCaching.Mode.STRONG,
                millis(nodes, cache.get("ttl_ms")),
                millis(nodes, cache.get("swr_ms")),
                columns);
    }

    private static long millis(DocumentNodes nodes, NodeTuple field) {
        return field == null ? 0 : nodes.number(field.getValueNode(), 0, Long.MAX_VALUE);
    }
}
