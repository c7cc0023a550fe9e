// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

/** A rule that places tenants by their names: a prefix, or a range of the first byte of the name's SHA-256. */
record TenantRange(String text, String shard, int firstByte, int lastByte) {
    boolean holds(String tenant, byte[] name) {
        if (firstByte < 0) {
            return tenant.startsWith(text);
        }
        int first = HashFunctions.sha256(name, 0, name.length)[0] & 0xFF;
        return first >= firstByte && first <= lastByte;
    }
}
