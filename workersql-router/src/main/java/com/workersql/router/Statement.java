// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * A statement to be routed: its bytes, the session's context and, for a prepared statement, its values. The bytes are
 * not copied; they must not change while a router works on them. Not kept by the router after the call.
 */
public final class Statement {

    private final StatementContext context;
    private final byte[] bytes;
    private final int offset;
    private final int length;
    private final Parameters parameters;
    private final String preferredShard;
    private final GeneratedKeys generated;

    /** Kept together, since hardly a statement has them and each is made anew. */
    private record GeneratedKeys(String sequence, long first) {}

    /**
     * Makes a statement.
     *
     * @param context the session's context
     * @param bytes holds the text in the session's character set
     * @param offset where the text begins
     * @param length its length in bytes
     * @param parameters the placeholders' values, or null for a text statement or one that is only being prepared
     * @param preferredShard the shard of the open transaction or of the session's pin, or null; where a statement may go
     *     to any of several shards it goes there
     */
    public Statement(
            StatementContext context,
            byte[] bytes,
            int offset,
            int length,
            Parameters parameters,
            String preferredShard) {
        this(context, bytes, offset, length, parameters, preferredShard, null);
    }

    private Statement(
            StatementContext context,
            byte[] bytes,
            int offset,
            int length,
            Parameters parameters,
            String preferredShard,
            GeneratedKeys generated) {
        this.context = Objects.requireNonNull(context, "context");
        this.bytes = Objects.requireNonNull(bytes, "bytes");
        this.offset = offset;
        this.length = length;
        Objects.checkFromIndexSize(offset, length, bytes.length);
        this.parameters = parameters;
        this.preferredShard = preferredShard;
        this.generated = generated;
    }

    /**
     * {@return a text statement}
     *
     * @param context the session's context, of which the character set is UTF-8
     * @param sql the text
     */
    public static Statement of(StatementContext context, String sql) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        return new Statement(context, bytes, 0, bytes.length, null, null);
    }

    /**
     * {@return the same statement with the keys that a {@link LocalAction.GenerateKeys} has asked for}
     *
     * @param table the sequence's table
     * @param first the first of the keys, at least 1; those behind it follow without gaps, and nobody else gets one of them
     */
    public Statement withGeneratedKeys(String table, long first) {
        if (first < 1) {
            throw new IllegalArgumentException("the first generated key is " + first + "; it has to be at least 1");
        }
        var keys = new GeneratedKeys(Objects.requireNonNull(table, "table"), first);
        return new Statement(context, bytes, offset, length, parameters, preferredShard, keys);
    }

    /** {@return the session's context} */
    public StatementContext context() {
        return context;
    }

    /** {@return the array that holds the text; not a copy} */
    public byte[] bytes() {
        return bytes;
    }

    /** {@return where the text begins in {@link #bytes()}} */
    public int offset() {
        return offset;
    }

    /** {@return the text's length in bytes} */
    public int length() {
        return length;
    }

    /** {@return the placeholders' values, or null} */
    public Parameters parameters() {
        return parameters;
    }

    /** {@return the table of the sequence that the generated keys are of; null where there are none} */
    public String sequence() {
        return generated == null ? null : generated.sequence();
    }

    /** {@return the first of the generated keys; 0 where there are none} */
    public long firstGeneratedKey() {
        return generated == null ? 0 : generated.first();
    }

    /** {@return the shard to prefer where there is a choice, or null} */
    public String preferredShard() {
        return preferredShard;
    }
}
