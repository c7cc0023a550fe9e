// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

/**
 * A table as a statement names it.
 *
 * @param schema the schema written, or null
 * @param name the table, without quotes
 */
public record TableName(String schema, String name) {
    @Override
    public String toString() {
        return schema == null ? name : schema + "." + name;
    }
}
