// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/**
 * A statement that is prepared on one connection. Confined as {@link PreparedStatements} is; of no use after the connection was
 * given back.
 */
public final class PreparedStatement {
    private final StatementText text;
    private final int statementId;
    private final int parameterCount;
    private final int columnCount;
    private boolean typesBound;
    private boolean held;

    PreparedStatement(StatementText text, int statementId, int parameterCount, int columnCount) {
        this.text = text;
        this.statementId = statementId;
        this.parameterCount = parameterCount;
        this.columnCount = columnCount;
    }

    /** What was prepared. */
    public StatementText text() {
        return text;
    }

    /** The server's id of it, valid on this connection only; an unsigned number of 32 bits. */
    public int statementId() {
        return statementId;
    }

    /** How many parameters it has. */
    public int parameterCount() {
        return parameterCount;
    }

    /** How many columns its result has; 0 when it has none. */
    public int columnCount() {
        return columnCount;
    }

    /**
     * True when an execution on this connection carried the parameters' types, so that a later one need not. Whose types they
     * were is the borrower's business: one that gets the connection anew sends its own.
     */
    public boolean typesBound() {
        return typesBound;
    }

    /** Records whether the server knows the parameters' types. */
    public void typesBound(boolean bound) {
        typesBound = bound;
    }

    /**
     * While held, it is not evicted: a cursor is open on it, or long data was sent for its next execution.
     *
     * @param inUse true to hold it
     */
    public void hold(boolean inUse) {
        held = inUse;
    }

    /** True while it is held. */
    public boolean isHeld() {
        return held;
    }
}
