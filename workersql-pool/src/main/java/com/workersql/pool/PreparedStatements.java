// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.function.IntConsumer;

/**
 * The statements prepared on one connection, the least recently used one evicted and closed on the server when there are too many.
 * A borrower looks its statement up, sends COM_STMT_PREPARE itself through {@link PooledConnection#execute} when it is not there,
 * and then has it remembered.
 *
 * <p>Confined to the borrower's event loop while the connection is lent, and to the pool otherwise. Empty after a reset.
 */
public final class PreparedStatements {
    private final LinkedHashMap<StatementText, PreparedStatement> byText = new LinkedHashMap<>(16, 0.75f, true);
    private final int limit;
    private final IntConsumer closer;

    /**
     * @param limit how many are kept, at least 1
     * @param closer sends COM_STMT_CLOSE for a statement id
     */
    PreparedStatements(int limit, IntConsumer closer) {
        this.limit = limit;
        this.closer = closer;
    }

    /**
     * Looks a statement up, which counts as a use.
     *
     * @param text the statement that is wanted
     * @return what is prepared for it; null when nothing is
     */
    public PreparedStatement lookup(StatementText text) {
        return byText.get(text);
    }

    /**
     * True when a statement is prepared; asking does not count as a use.
     *
     * @param text a statement
     */
    public boolean contains(StatementText text) {
        return byText.containsKey(text);
    }

    /**
     * Records what the server answered to COM_STMT_PREPARE. Beyond the limit the least recently used statement that is not held is
     * closed on the server; so is an earlier statement of the same text.
     *
     * @param text what was prepared
     * @param statementId the server's id
     * @param parameterCount how many parameters it has
     * @param columnCount how many columns its result has
     * @return what is remembered
     */
    public PreparedStatement remember(StatementText text, int statementId, int parameterCount, int columnCount) {
        requireNonNull(text, "text");
        var statement = new PreparedStatement(text, statementId, parameterCount, columnCount);
        var earlier = byText.put(text, statement);
        if (earlier != null) {
            closer.accept(earlier.statementId());
        }
        if (byText.size() > limit) {
            evictOne(statement);
        }
        return statement;
    }

    /**
     * Closes a statement on the server and forgets it, for example because its metadata changed.
     *
     * @param text the statement; unknown ones are ignored
     */
    public void forget(StatementText text) {
        var statement = byText.remove(text);
        if (statement != null) {
            closer.accept(statement.statementId());
        }
    }

    /** How many are prepared. */
    public int size() {
        return byText.size();
    }

    /** How many are kept at most, held ones aside ({@link PoolConfig#preparedStatementsPerConnection()}). */
    public int limit() {
        return limit;
    }

    void clear() {
        byText.clear();
    }

    private void evictOne(PreparedStatement newest) {
        var eldestFirst = byText.values().iterator();
        while (eldestFirst.hasNext()) {
            var candidate = eldestFirst.next();
            if (!candidate.isHeld() && candidate != newest) {
                eldestFirst.remove();
                closer.accept(candidate.statementId());
                return;
            }
        }
    }
}
