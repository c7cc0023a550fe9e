// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.StatusFlags;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is known of a connection's session on the server: what borrowers applied, and what the server's tracking reported. It is
 * the connection's, not the borrower's, so that the next one can compare it with what it needs.
 *
 * <p>Confined to the borrower's event loop while the connection is lent, and to the pool otherwise.
 */
public final class ConnectionState {
    /** Never changed, but replaced: another loop may borrow the connection while this one compares it with what it looks for. */
    private volatile Map<String, String> assignments = Map.of();

    private final Map<String, String> reportedVariables = new LinkedHashMap<>();
    private String schema;
    private String transactionState;
    private int statusFlags;
    private boolean stateChanged;
    private String resetReason;
    private String discardReason;
    private boolean transactionUnknown;
    private boolean optionSet;
    private long lastInsertId;
    private long foundRows = -1;

    ConnectionState(String schema, int statusFlags) {
        this.schema = schema;
        this.statusFlags = statusFlags;
    }

    /** The current schema; null when there is none. It survives a reset. */
    public String schema() {
        return schema;
    }

    /**
     * Records the current schema where the server does not report it.
     *
     * @param name the schema; null for none
     */
    public void schema(String name) {
        schema = name;
    }

    /**
     * What was assigned by {@link #applied} since connecting or the last reset, in the order of the assignments, as it is now: a map
     * that does not change.
     */
    public Map<String, String> assignments() {
        return assignments;
    }

    /**
     * Records an assignment that succeeded. A repeated name moves to the end, since later assignments may depend on it.
     *
     * @param name as the session writes it in its own vector
     * @param value as the session writes it; compared by equality only
     */
    public void applied(String name, String value) {
        requireNonNull(name, "name");
        requireNonNull(value, "value");
        var next = new LinkedHashMap<>(assignments);
        next.remove(name);
        next.put(name, value);
        assignments = Collections.unmodifiableMap(next);
    }

    /**
     * Takes back an assignment that a later one has overwritten.
     *
     * @param name as it was given to {@link #applied}; harmless when it was not
     */
    public void overwritten(String name) {
        if (assignments.containsKey(name)) {
            var next = new LinkedHashMap<>(assignments);
            next.remove(name);
            assignments = Collections.unmodifiableMap(next);
        }
    }

    /**
     * System variables that the server reported as changed since connecting or the last reset, with their last values, which may be
     * null: a view that cannot be changed. It holds what {@link #assignments} caused, too, and never {@code statement_id}.
     */
    public Map<String, String> reportedVariables() {
        return Collections.unmodifiableMap(reportedVariables);
    }

    /**
     * True when the server reported, since connecting or the last reset, that state of the session changed. Servers report so
     * for assignments of system variables and for USE, too.
     */
    public boolean stateChanged() {
        return stateChanged;
    }

    /** The transaction's state as the server's tracking last reported it, eight characters; null when it never did. */
    public String transactionState() {
        return transactionState;
    }

    /** The status flags of the last reply that had them. */
    public int statusFlags() {
        return statusFlags;
    }

    /** True when a transaction is open, as far as known: an ERR packet does not tell. */
    public boolean inTransaction() {
        return (statusFlags & StatusFlags.SERVER_STATUS_IN_TRANS) != 0;
    }

    /**
     * True when a transaction is open or may be: outside of autocommit a statement that ends in an error can have opened one, and an
     * ERR packet does not tell.
     */
    public boolean mayBeInTransaction() {
        return inTransaction() || transactionUnknown;
    }

    /** True when nothing was applied or reported since connecting or the last reset. */
    public boolean isClean() {
        return assignments.isEmpty()
                && reportedVariables.isEmpty()
                && !stateChanged
                && resetReason == null
                && discardReason == null
                && !optionSet
                && !mayBeInTransaction();
    }

    /**
     * Demands a reset before another borrower gets the connection, whatever way it is released.
     *
     * @param reason a few words, for statistics and logs; the first one is kept
     */
    public void resetNeeded(String reason) {
        requireNonNull(reason, "reason");
        if (resetReason == null) {
            resetReason = reason;
        }
    }

    /** What FOUND_ROWS() answers on this connection, as far as borrowers recorded it; -1 when nobody did. It survives a reset. */
    public long foundRows() {
        return foundRows;
    }

    /**
     * Records what FOUND_ROWS() answers.
     *
     * @param rows the rows of the latest statement that counts; -1 when it is not known
     */
    public void foundRows(long rows) {
        foundRows = rows;
    }

    /** What LAST_INSERT_ID() answers on this connection, as far as borrowers recorded it; 0 since connecting or the last reset. */
    public long lastInsertId() {
        return lastInsertId;
    }

    /**
     * Records what LAST_INSERT_ID() answers, so that the next borrower need not set its own where it is the same.
     *
     * @param key an unsigned 64-bit number
     */
    public void lastInsertId(long key) {
        lastInsertId = key;
    }

    /** Why a reset was demanded; null when it was not. */
    public String resetReason() {
        return resetReason;
    }

    /**
     * Demands that the connection is closed when it is given back, because it holds state that no reset takes away or that nobody
     * knows: after SET ROLE, XA, CALL of a routine with unknown effects, or a statement that could not be understood.
     *
     * @param reason a few words, for statistics and logs; the first one is kept
     */
    public void discardNeeded(String reason) {
        requireNonNull(reason, "reason");
        if (discardReason == null) {
            discardReason = reason;
        }
    }

    /** Why the connection is to be closed when it is given back; null when it is not. */
    public String discardReason() {
        return discardReason;
    }

    /** True when a borrower sent COM_SET_OPTION, which a reset keeps. */
    boolean isOptionSet() {
        return optionSet;
    }

    void optionSet(boolean changed) {
        optionSet = changed;
    }

    void replyFailed() {
        transactionUnknown |= (statusFlags & StatusFlags.SERVER_STATUS_AUTOCOMMIT) == 0;
    }

    void rolledBack(int newStatusFlags) {
        statusFlags = newStatusFlags;
        transactionUnknown = false;
        transactionState = null;
    }

    void replyEnded(int newStatusFlags, SessionChanges changes) {
        statusFlags = newStatusFlags;
        transactionUnknown = false;
        if (changes.schema() != null) {
            schema = changes.schema().isEmpty() ? null : changes.schema();
        }
        reportedVariables.putAll(changes.variables());
        stateChanged |= changes.stateChanged();
        if (changes.transactionState() != null) {
            transactionState = changes.transactionState();
        }
    }

    void wasReset(int newStatusFlags) {
        assignments = Map.of();
        reportedVariables.clear();
        stateChanged = false;
        resetReason = null;
        transactionUnknown = false;
        lastInsertId = 0;
        transactionState = null;
        statusFlags = newStatusFlags;
    }
}
