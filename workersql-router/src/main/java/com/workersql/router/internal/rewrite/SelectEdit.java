// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rewrite;

import com.workersql.router.ShardStatement;
import com.workersql.router.Statement;
import com.workersql.router.internal.lex.FoldedStatement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Changes to the text of a SELECT that are the same for every shard, as edits of the client's bytes. */
public final class SelectEdit {

    /** Bytes {@code from} to {@code to} of the source become another text. */
    private record Change(int from, int to, String text) {}

    private final FoldedStatement s;
    private final List<Change> changes = new ArrayList<>();
    private final List<String> columns = new ArrayList<>();

    /**
     * Begins without changes.
     *
     * @param s the statement
     */
    public SelectEdit(FoldedStatement s) {
        this.s = s;
    }

    /** Adds a column; it takes its place by {@link #append}. */
    public void column(String text) {
        columns.add(text);
    }

    /** Puts the added columns before FROM. */
    public void append(int fromToken) {
        if (!columns.isEmpty()) {
            int behindItems = s.end(fromToken - 1);
            changes.add(new Change(behindItems, behindItems, ", " + String.join(", ", columns)));
        }
    }

    /** Replaces tokens, both ends included. */
    public void replace(int from, int to, String text) {
        changes.add(new Change(s.start(from), s.end(to), text));
    }

    /** Takes tokens out, both ends included. */
    public void remove(int from, int to) {
        replace(from, to, "");
    }

    /** Puts a text behind a token. */
    public void insertBehind(int token, String text) {
        changes.add(new Change(s.end(token), s.end(token), text));
    }

    /** {@return whether nothing changes} */
    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /**
     * {@return whether the added columns hold placeholders, which would have to come twice}
     */
    public boolean addsPlaceholders() {
        return columns.stream().anyMatch(column -> column.indexOf('?') >= 0);
    }

    /**
     * {@return the changed text for each shard}
     *
     * @param statement the statement
     * @param shards the shards
     */
    public List<ShardStatement> on(Statement statement, List<String> shards) {
        // Behind one another at one place they stay in the order in which they were made.
        changes.sort(Comparator.comparingInt(Change::from));
        List<ShardStatement> parts = new ArrayList<>();
        for (String shard : shards) {
            TextEdit text = new TextEdit(statement, s);
            int at = statement.offset();
            for (Change change : changes) {
                text.keep(at, change.from());
                text.add(change.text().getBytes(StandardCharsets.UTF_8));
                at = change.to();
            }
            text.keep(at, statement.offset() + statement.length());
            parts.add(text.on(shard));
        }
        return parts;
    }
}
