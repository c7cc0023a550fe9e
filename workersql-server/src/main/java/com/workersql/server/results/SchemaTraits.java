// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.results;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What there is in a schema that makes answers depend on more tables than statements name. Tables are {@code schema.table} in lower
 * case.
 *
 * @param derived what has no rows of its own: views, and tables of engines whose rows are elsewhere
 * @param spreading tables a write to which changes others as well: they have triggers, or foreign keys cascade from them
 * @param triggersAreSeen whether the account may see triggers at all; where it may not, any table may have some
 */
public record SchemaTraits(Set<String> derived, Set<String> spreading, boolean triggersAreSeen) {
    /** Of more than these, nothing is taken for known. */
    private static final int MAX_ROWS = 20_000;

    private static final String OWN_ROWS =
            "'INNODB', 'MYISAM', 'ARIA', 'MEMORY', 'ARCHIVE', 'CSV', 'ROCKSDB', 'TOKUDB', 'NDBCLUSTER'";
    private static final String GRANTEE = "CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''')";

    /**
     * Names are asked for and answered in hexadecimal digits, which every character set of a session leaves alone; the LIMIT puts
     * {@code sql_select_limit} aside, and the last row shows that none is missing.
     */
    private static final String QUESTION = """
            SELECT 'D', HEX(CONVERT(table_schema USING utf8mb4)), HEX(CONVERT(table_name USING utf8mb4))
             FROM information_schema.tables WHERE table_schema IN ({schemas})
             AND (table_type NOT IN ('BASE TABLE', 'SYSTEM VERSIONED') OR engine IS NULL OR UPPER(engine) NOT IN ({engines}))
            UNION ALL SELECT 'S', HEX(CONVERT(event_object_schema USING utf8mb4)), HEX(CONVERT(event_object_table USING utf8mb4))
             FROM information_schema.triggers WHERE event_object_schema IN ({schemas})
            UNION ALL SELECT 'S', HEX(CONVERT(unique_constraint_schema USING utf8mb4)), HEX(CONVERT(referenced_table_name USING utf8mb4))
             FROM information_schema.referential_constraints WHERE unique_constraint_schema IN ({schemas})
             AND (delete_rule NOT IN ('RESTRICT', 'NO ACTION') OR update_rule NOT IN ('RESTRICT', 'NO ACTION'))
            UNION ALL SELECT 'P', HEX(CONVERT(schema_name USING utf8mb4)), ''
             FROM information_schema.schemata AS s WHERE schema_name IN ({schemas})
             AND (EXISTS (SELECT 1 FROM information_schema.user_privileges WHERE privilege_type = 'TRIGGER' AND grantee = {grantee})
             OR EXISTS (SELECT 1 FROM information_schema.schema_privileges WHERE privilege_type = 'TRIGGER' AND grantee = {grantee}
              AND s.schema_name LIKE table_schema))
            UNION ALL SELECT 'E', '', ''
            LIMIT {rows}""";

    /** Copies the sets. */
    public SchemaTraits {
        derived = Set.copyOf(derived);
        spreading = Set.copyOf(spreading);
    }

    /**
     * What to ask a server, on a connection of the account whose statements are to be known.
     *
     * @param schemas the schemas
     * @return one SELECT, for {@link #answers}
     */
    public static String question(Collection<String> schemas) {
        String list = schemas.stream()
                .map(name -> "CONVERT(x'" + HexFormat.of().formatHex(name.getBytes(StandardCharsets.UTF_8))
                        + "' USING utf8mb4)")
                .collect(Collectors.joining(", "));
        return QUESTION.replace("{schemas}", list)
                .replace("{engines}", OWN_ROWS)
                .replace("{grantee}", GRANTEE)
                .replace("{rows}", Integer.toString(MAX_ROWS));
    }

    /**
     * Reads the answer.
     *
     * @param schemas those that were asked for, in lower case
     * @param rows as they came
     * @return by schema; empty when the answer is no whole one
     */
    public static Map<String, SchemaTraits> answers(Collection<String> schemas, List<String[]> rows) {
        var derived = new HashMap<String, Set<String>>();
        var spreading = new HashMap<String, Set<String>>();
        var seen = new HashSet<String>();
        boolean isWhole = false;
        for (var row : rows) {
            String schema = text(row[1]);
            String table = schema + "." + text(row[2]);
            switch (row[0]) {
                case "D" ->
                    derived.computeIfAbsent(schema, any -> new HashSet<>()).add(table);
                case "S" ->
                    spreading.computeIfAbsent(schema, any -> new HashSet<>()).add(table);
                case "P" -> seen.add(schema);
                default -> isWhole = true;
            }
        }
        var all = new HashMap<String, SchemaTraits>();
        if (isWhole) {
            for (String schema : schemas) {
                all.put(
                        schema,
                        new SchemaTraits(
                                derived.getOrDefault(schema, Set.of()),
                                spreading.getOrDefault(schema, Set.of()),
                                seen.contains(schema)));
            }
        }
        return all;
    }

    private static String text(String hex) {
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
    }
}
