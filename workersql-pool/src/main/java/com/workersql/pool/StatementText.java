// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Objects;

/**
 * What makes two prepared statements the same one: the text, and everything that the server's parser reads beside it. Names
 * without schema are resolved when the statement is prepared, so the schema belongs to it.
 */
public final class StatementText {
    private final byte[] sql;
    private final String schema;
    private final String parsing;
    private final int hash;

    /**
     * @param sql the statement's bytes; not copied, they must not change
     * @param schema the schema that is current when it is prepared; null for none
     * @param parsing what else decides how the text is read, written as the caller likes (sql_mode, character set); null when
     *     that is always the same
     */
    public StatementText(byte[] sql, String schema, String parsing) {
        this.sql = requireNonNull(sql, "sql");
        this.schema = schema;
        this.parsing = parsing;
        this.hash = (Arrays.hashCode(sql) * 31 + Objects.hashCode(schema)) * 31 + Objects.hashCode(parsing);
    }

    /**
     * The same text as another statement, which is prepared beside this one.
     *
     * @param name tells it from all others of the connection
     */
    public StatementText besides(String name) {
        return new StatementText(sql, schema, (parsing == null ? "" : parsing) + name);
    }

    /** The statement's length in bytes. */
    public int lengthBytes() {
        return sql.length;
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        return other instanceof StatementText that
                && hash == that.hash
                && Arrays.equals(sql, that.sql)
                && Objects.equals(schema, that.schema)
                && Objects.equals(parsing, that.parsing);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
