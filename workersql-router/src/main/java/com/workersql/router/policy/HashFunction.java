// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

/**
 * From a key's canonical bytes to its slot. Implementations are pure functions, safe for any thread; two instances of the
 * same name are equal.
 */
public interface HashFunction {

    /** {@return the name under which policies refer to it} */
    String policyName();

    /**
     * {@return the slot of a key, from 0 to {@link SlotTable#SLOTS} - 1}
     *
     * @param key holds the canonical bytes; not changed
     * @param offset where they begin
     * @param length how many they are
     */
    int slot(byte[] key, int offset, int length);

    /**
     * {@return whether the function is defined for keys of a type}
     *
     * @param type the key column's type
     */
    default boolean accepts(KeyType type) {
        return true;
    }
}
