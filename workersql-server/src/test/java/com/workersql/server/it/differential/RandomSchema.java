// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A policy and the tables that it is for, made from a seed: each table by a random rule, keys of random types and collations. */
final class RandomSchema {
    static final List<String> COLLATIONS = List.of(
            "utf8mb4_general_ci",
            "utf8mb4_unicode_ci",
            "utf8mb4_uca1400_ai_ci",
            "utf8mb4_bin",
            "utf8mb4_uca1400_as_cs");

    /**
     * A table.
     *
     * @param name its name
     * @param key its key column; null where it has none
     * @param isText whether the key is text
     * @param definition its definition
     */
    record Table(String name, String key, boolean isText, String definition) {}

    private final Random random;
    private final String single;
    private final List<Table> tables = new ArrayList<>();
    private final StringBuilder policy =
            new StringBuilder("version: 1\nshards: [shard_0, shard_1, shard_2, shard_3]\ntables:\n");

    RandomSchema(Random random) {
        this.random = random;
        String intType = pick("INT", "BIGINT", "SMALLINT");
        String hash = pick("xxh64", "vitess_hash", "crc16", "murmur3", "sha256");
        String root = "{ strategy: hash, key: k, key_type: int, hash: " + hash + " }";
        keyed("orders", "k", intType, root);
        keyed(
                "orderlines",
                "k",
                pick("INT", "BIGINT"),
                "{ strategy: hash, key: k, key_type: int, hash: " + hash + ", colocated_with: orders }");
        String collation = COLLATIONS.get(random.nextInt(COLLATIONS.size()));
        boolean declared = random.nextInt(4) > 0 || collation.endsWith("_bin");
        keyed(
                "people",
                "k",
                "VARCHAR(30) CHARACTER SET utf8mb4 COLLATE " + collation,
                "{ strategy: hash, key: k, key_type: string" + (declared ? ", key_collation: " + collation : "")
                        + " }");
        int first = random.nextInt(8) - 4;
        int second = first + 1 + random.nextInt(8);
        keyed(
                "events",
                "k",
                intType,
                "{ strategy: range, key: k, key_type: int, ranges: [ { below: " + first + ", shard: shard_"
                        + random.nextInt(4)
                        + " }, { below: " + second + ", shard: shard_" + random.nextInt(4) + " }, { shard: shard_"
                        + random.nextInt(4) + " } ] }");
        keyed(
                "regions",
                "k",
                "VARCHAR(30) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
                "{ strategy: list, key: k, key_type: string, key_collation: utf8mb4_general_ci, values: { a: shard_1, b: shard_2, ss: shard_3 } }");
        plain("countries", "{ strategy: reference }");
        single = "shard_" + random.nextInt(4);
        plain("settings", "{ strategy: single, shard: " + single + " }");
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private void keyed(String name, String key, String type, String rule) {
        policy.append("  ").append(name).append(": ").append(rule).append('\n');
        tables.add(new Table(
                name,
                key,
                type.startsWith("VARCHAR"),
                "CREATE TABLE " + name + " (" + key + " " + type
                        + " NOT NULL, id INT NOT NULL, a INT NULL, b VARCHAR(20) NULL, d DECIMAL(8,2) NULL, PRIMARY KEY ("
                        + key + ", id))"));
    }

    private void plain(String name, String rule) {
        policy.append("  ").append(name).append(": ").append(rule).append('\n');
        tables.add(new Table(
                name,
                null,
                false,
                "CREATE TABLE " + name
                        + " (id INT NOT NULL, a INT NULL, b VARCHAR(20) NULL, d DECIMAL(8,2) NULL, PRIMARY KEY (id))"));
    }

    /** Like another schema's where no table of the one has to be made anew for the other. */
    String likeness() {
        var likeness = new StringBuilder();
        // What varies most comes last, so that in this order few tables change from one schema to the next.
        for (String name : List.of("people", "orders", "orderlines")) {
            tables.stream()
                    .filter(table -> table.name().equals(name))
                    .forEach(table -> likeness.append(table.definition()));
        }
        return likeness.append(single).toString();
    }

    /** The shard of the one table that is on one shard. */
    String single() {
        return single;
    }

    List<Table> tables() {
        return tables;
    }

    String policy() {
        return policy.toString();
    }
}
