// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rows;

/** What sets a tenant's rows apart from others' in the tables that they share. */
public interface RowScope {

    /** A table whose rows are nobody's, which every tenant may read and none may write. */
    String EVERYBODYS = "";

    /**
     * {@return the column that says whose a row is, {@link #EVERYBODYS} where there is none on purpose, null where the
     * table is not known}
     *
     * @param table the table's name without schema
     */
    String tenantColumn(String table);

    /** {@return the tenant's value of that column as an SQL literal of ASCII characters} */
    String literal();

    /**
     * {@return whether a value that a client wrote is the tenant's own}
     *
     * @param literal a literal of SQL as written
     */
    boolean isOwn(String literal);

    /**
     * {@return whether the value of a placeholder is the tenant's own; true where values come later}
     *
     * @param index the placeholder's position
     */
    boolean isOwnParameter(int index);
}
