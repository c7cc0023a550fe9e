// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.Objects;

/** How one table is spread over the shards. */
public sealed interface TableRule {

    /** {@return the table's name} */
    String table();

    /**
     * Rows go by the hash of a column.
     *
     * @param table the table's name
     * @param key the column
     * @param keyType the column's type
     * @param hash the hash function
     * @param exactText whether text keys are compared byte by byte, as a {@code _bin} collation does
     * @param colocatedWith the table whose rows of the same key are on the same shard, or null
     */
    record Hash(String table, String key, KeyType keyType, HashFunction hash, boolean exactText, String colocatedWith)
            implements TableRule {
        /** Checks the parts. */
        public Hash {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(keyType, "keyType");
            Objects.requireNonNull(hash, "hash");
        }

        /**
         * {@return whether rows of equal keys of the two tables are on the same shard}
         *
         * @param other another table's rule
         */
        public boolean isColocatedWith(Hash other) {
            return keyType == other.keyType
                    && hash.equals(other.hash)
                    && exactText == other.exactText
                    && (table.equals(other.table)
                            || table.equals(other.colocatedWith)
                            || other.table.equals(colocatedWith)
                            || (colocatedWith != null && colocatedWith.equals(other.colocatedWith)));
        }
    }

    /**
     * The whole table is on one shard.
     *
     * @param table the table's name
     * @param shard the shard
     */
    record Single(String table, String shard) implements TableRule {}

    /**
     * A copy is on every shard: read anywhere, write everywhere.
     *
     * @param table the table's name
     */
    record Reference(String table) implements TableRule {}

    /**
     * The table is on its tenant's home.
     *
     * @param table the table's name
     */
    record TenantHash(String table) implements TableRule {}
}
