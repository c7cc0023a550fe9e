// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import com.workersql.router.collation.Collation;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** How one table is spread over the shards. */
public sealed interface TableRule {

    /** {@return the table's name} */
    String table();

    /** A rule by which a row's shard follows from one column. */
    sealed interface Keyed extends TableRule permits Hash, Range, Listed {
        /** {@return the column} */
        String key();

        /** {@return the column's type} */
        KeyType keyType();

        /** {@return the column's collation; of no meaning for types other than text} */
        Collation collation();

        /** {@return the table whose rows of the same key are on the same shard, or null} */
        String colocatedWith();

        /** {@return the table of the sequence that gives rows without a key one, or null} */
        default String sequence() {
            return null;
        }

        /**
         * {@return whether two rules send every key to the same shard}
         *
         * @param other another table's rule
         */
        boolean placesLike(Keyed other);

        /**
         * {@return whether rows of equal keys of the two tables are on the same shard, as the policy promises}
         *
         * @param other another table's rule
         */
        default boolean isColocatedWith(Keyed other) {
            return placesLike(other)
                    && (same(table(), other.table())
                            || same(table(), other.colocatedWith())
                            || same(other.table(), colocatedWith())
                            || (colocatedWith() != null && same(colocatedWith(), other.colocatedWith())));
        }

        private static boolean same(String name, String other) {
            return name.equalsIgnoreCase(other);
        }
    }

    /**
     * Rows go by the hash of a column.
     *
     * @param table the table's name
     * @param key the column
     * @param keyType the column's type
     * @param hash the hash function
     * @param collation how text keys are compared
     * @param colocatedWith the table whose rows of the same key are on the same shard, or null
     * @param sequence the table of the sequence that gives rows without a key one, or null
     */
    record Hash(
            String table,
            String key,
            KeyType keyType,
            HashFunction hash,
            Collation collation,
            String colocatedWith,
            String sequence)
            implements Keyed {
        /** Checks the parts. */
        public Hash {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(keyType, "keyType");
            Objects.requireNonNull(hash, "hash");
            Objects.requireNonNull(collation, "collation");
        }

        @Override
        public boolean placesLike(Keyed other) {
            return other instanceof Hash rule
                    && keyType == rule.keyType
                    && hash.equals(rule.hash)
                    && collation.equals(rule.collation);
        }
    }

    /**
     * A part of a table that is spread by ranges.
     *
     * @param below the first key that is no longer of the part; null for the last part, which has no end. A date counts as
     *     its days since 1970-01-01.
     * @param shard the part's shard
     */
    record RangePart(BigDecimal below, String shard) {}

    /**
     * Rows go by the range that a column's value is in.
     *
     * @param table the table's name
     * @param key the column
     * @param keyType the column's type: a number or a date
     * @param parts the ranges in ascending order; the last one has no end
     * @param colocatedWith the table whose rows of the same key are on the same shard, or null
     * @param sequence the table of the sequence that gives rows without a key one, or null
     */
    record Range(
            String table, String key, KeyType keyType, List<RangePart> parts, String colocatedWith, String sequence)
            implements Keyed {
        /** Copies the parts. */
        public Range {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(keyType, "keyType");
            parts = List.copyOf(parts);
        }

        @Override
        public Collation collation() {
            return Collation.UNDECLARED;
        }

        @Override
        public boolean placesLike(Keyed other) {
            return other instanceof Range rule && keyType == rule.keyType && parts.equals(rule.parts);
        }

        /**
         * {@return the part that a key is in, as an index of {@link #parts}}
         *
         * @param value the key
         */
        public int part(BigDecimal value) {
            int part = 0;
            while (parts.get(part).below() != null
                    && value.compareTo(parts.get(part).below()) >= 0) {
                part++;
            }
            return part;
        }
    }

    /**
     * Rows go by a list of values.
     *
     * @param table the table's name
     * @param key the column
     * @param keyType the column's type
     * @param collation how text keys are compared
     * @param values the shard of each value, by the value's canonical form; a row of another value has no place
     * @param written the shard of each value, by the value as the policy writes it
     * @param colocatedWith the table whose rows of the same key are on the same shard, or null
     */
    record Listed(
            String table,
            String key,
            KeyType keyType,
            Collation collation,
            Map<CanonicalKey, String> values,
            Map<String, String> written,
            String colocatedWith)
            implements Keyed {
        /** Copies the values. */
        public Listed {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(keyType, "keyType");
            Objects.requireNonNull(collation, "collation");
            values = Map.copyOf(values);
            written = Collections.unmodifiableMap(new LinkedHashMap<>(written));
        }

        @Override
        public boolean placesLike(Keyed other) {
            return other instanceof Listed rule
                    && keyType == rule.keyType
                    && collation.equals(rule.collation)
                    && values.equals(rule.values);
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
     * The table of a tenant without a home of its own is where the tenant's name hashes to.
     *
     * @param table the table's name
     */
    record TenantHash(String table) implements TableRule {}

    /**
     * The table of a tenant without a home of its own is where {@code tenant:table} hashes to.
     *
     * @param table the table's name
     */
    record TableHash(String table) implements TableRule {}
}
