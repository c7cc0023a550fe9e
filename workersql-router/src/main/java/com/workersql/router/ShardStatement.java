// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * The part of one shard in a statement for several: the text as it is to be sent there, and which of the client's values go with
 * it. A value; safe for any thread.
 */
public final class ShardStatement {

    private final String shard;
    private final byte[] sql;
    private final int[] parameters;

    private ShardStatement(String shard, byte[] sql, int[] parameters) {
        this.shard = Objects.requireNonNull(shard, "shard");
        this.sql = sql;
        this.parameters = parameters;
    }

    /**
     * {@return a part that is the statement as it was written, with all its values}
     *
     * @param shard the shard's name
     */
    public static ShardStatement asWritten(String shard) {
        return new ShardStatement(shard, null, null);
    }

    /**
     * {@return a part with a text of its own}
     *
     * @param shard the shard's name
     * @param sql the text in the session's character set; not copied
     * @param parameters the positions of the client's values that go with it, in the order of its placeholders; not copied
     */
    public static ShardStatement rewritten(String shard, byte[] sql, int[] parameters) {
        return new ShardStatement(shard, Objects.requireNonNull(sql, "sql"), Objects.requireNonNull(parameters));
    }

    /** {@return the shard's name} */
    public String shard() {
        return shard;
    }

    /** {@return the text for this shard in the session's character set, or null where it is the statement as written} */
    public byte[] sql() {
        return sql;
    }

    /** {@return the positions of the client's values for this text, or null where it is all of them} */
    public int[] parameters() {
        return parameters;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ShardStatement part
                && shard.equals(part.shard)
                && Arrays.equals(sql, part.sql)
                && Arrays.equals(parameters, part.parameters);
    }

    @Override
    public int hashCode() {
        return shard.hashCode() * 31 + Arrays.hashCode(sql);
    }

    @Override
    public String toString() {
        return shard + ": " + (sql == null ? "as written" : new String(sql, StandardCharsets.UTF_8));
    }
}
