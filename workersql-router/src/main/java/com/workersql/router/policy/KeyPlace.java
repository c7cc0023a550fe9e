// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

/**
 * Where the rows of one key are.
 *
 * @param key the key's canonical form, for people
 * @param slot the slot that it hashes to; -1 where the table's strategy knows no slots
 * @param shard the shard
 */
public record KeyPlace(String key, int slot, String shard) {}
