// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.pool.BackendAccount;
import com.workersql.pool.PoolKey;
import com.workersql.pool.PooledConnection;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.router.StatementContext;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one client's statements run in: who it is, what it has set, its transaction, its prepared statements and, while it must
 * keep one, its backend connection. The same for every door.
 *
 * <p>Confined to one event loop; it runs one command at a time, which the doors see to.
 */
public final class ClientSession {
    private final int id;
    private final EventLoop loop;
    private final Principal principal;
    private final CapabilityFlags capabilities;
    private final int collation;
    private final String clientHost;
    private final PreparedStatements prepared;

    private String schema;
    private SessionVariables variables = SessionVariables.NONE;
    private SqlModes sqlModes;
    private final List<String> ahead = new ArrayList<>();
    private boolean severalStatements;
    private boolean beginPending;
    private boolean transactionLost;
    private Held held;
    private final EnumSet<HoldReason> holdReasons = EnumSet.noneOf(HoldReason.class);
    private int statusFlags = StatusFlags.SERVER_STATUS_AUTOCOMMIT;
    private long lastInsertId;
    private long rowCount = -1;
    private long foundRows;
    private boolean closed;
    private boolean mustClose;
    private PooledConnection running;
    private Runnable waiting;
    private StatementContext context;
    private final Map<String, KeyOfAccount> poolKeys = new HashMap<>(4);
    private List<String[]> warnings = List.of();

    /**
     * A connection that the session keeps.
     *
     * @param connection borrowed from the pool
     * @param shard the name of its shard
     */
    public record Held(PooledConnection connection, String shard) {}

    private record KeyOfAccount(BackendAccount account, PoolKey key) {}

    /**
     * A new session.
     *
     * @param id the gateway's connection id, as {@code CONNECTION_ID()} answers it
     * @param loop the event loop that owns the session
     * @param principal who logged in
     * @param capabilities what the client's side of the protocol is to look like
     * @param collation the client's handshake collation id
     * @param clientHost where the client is, as {@code USER()} answers it
     * @param schema the schema that the client named, or null
     * @param sqlModes how the shards read SQL text by default
     * @param maxPreparedStatements the limit of prepared statements
     */
    public ClientSession(
            int id,
            EventLoop loop,
            Principal principal,
            CapabilityFlags capabilities,
            int collation,
            String clientHost,
            String schema,
            SqlModes sqlModes,
            int maxPreparedStatements) {
        this.id = id;
        this.loop = loop;
        this.principal = principal;
        this.capabilities = capabilities;
        this.severalStatements = capabilities.has(CapabilityFlags.CLIENT_MULTI_STATEMENTS);
        this.collation = collation;
        this.clientHost = clientHost;
        this.schema = schema;
        this.sqlModes = sqlModes;
        this.prepared = new PreparedStatements(maxPreparedStatements);
    }

    /**
     * The gateway's id of this session.
     *
     * @return the id that KILL takes
     */
    public int id() {
        return id;
    }

    /**
     * The owner.
     *
     * @return the loop on which every method of this class is called
     */
    public EventLoop loop() {
        return loop;
    }

    /**
     * Who the session acts for.
     *
     * @return never null
     */
    public Principal principal() {
        return principal;
    }

    /**
     * The client's capabilities, cut to what the gateway offers.
     *
     * @return never null
     */
    public CapabilityFlags capabilities() {
        return capabilities;
    }

    /**
     * Whether one text may hold several statements.
     *
     * @return what the handshake said, or the latest COM_SET_OPTION; it outlives a reset of the session
     */
    public boolean allowsSeveralStatements() {
        return severalStatements;
    }

    /**
     * Allows one text to hold several statements, or forbids it.
     *
     * @param allowed as COM_SET_OPTION says
     */
    public void allowSeveralStatements(boolean allowed) {
        severalStatements = allowed;
    }

    /**
     * The client's handshake collation.
     *
     * @return a MySQL collation id
     */
    public int collation() {
        return collation;
    }

    /**
     * Where the client is.
     *
     * @return an address or a name
     */
    public String clientHost() {
        return clientHost;
    }

    /**
     * The current schema.
     *
     * @return its name, or null when there is none
     */
    public String schema() {
        return schema;
    }

    /**
     * Changes the current schema.
     *
     * @param schema its name, or null
     */
    public void schema(String schema) {
        this.schema = schema;
        poolKeys.clear();
        context = null;
    }

    /**
     * What the router must know to read this session's statements; kept until something in it changes.
     *
     * @return null when it has to be made anew
     */
    public StatementContext context() {
        return context;
    }

    /**
     * Keeps what the router must know.
     *
     * @param context made from this session, or null to have it made anew
     */
    public void context(StatementContext context) {
        this.context = context;
    }

    /**
     * The pool key of this session on a shard.
     *
     * @param shard the shard's name
     * @param account the account that the configuration gives the session there
     * @return null when it was not made yet, or was made for another account
     */
    public PoolKey poolKey(String shard, BackendAccount account) {
        var kept = poolKeys.get(shard);
        return kept != null && kept.account().equals(account) ? kept.key() : null;
    }

    /**
     * Keeps a pool key; a change of the schema forgets it.
     *
     * @param shard the shard's name
     * @param account the account that it was made for
     * @param key its key
     */
    public void poolKey(String shard, BackendAccount account, PoolKey key) {
        poolKeys.put(shard, new KeyOfAccount(account, key));
    }

    /**
     * The diagnostics of the latest statement, fetched before its connection was given back.
     *
     * @return rows of level, code and message
     */
    public List<String[]> warnings() {
        return warnings;
    }

    /**
     * Keeps the diagnostics of the latest statement.
     *
     * @param warnings rows of level, code and message
     */
    public void warnings(List<String[]> warnings) {
        this.warnings = warnings;
    }

    /**
     * What the client has set.
     *
     * @return immutable
     */
    public SessionVariables variables() {
        return variables;
    }

    /**
     * Replaces what the client has set.
     *
     * @param variables the new state
     */
    public void variables(SessionVariables variables) {
        this.variables = variables;
        context = null;
    }

    /**
     * How this session's shards read its SQL text.
     *
     * @return never null
     */
    public SqlModes sqlModes() {
        return sqlModes;
    }

    /**
     * Changes how SQL text is read.
     *
     * @param sqlModes what the server now has
     */
    public void sqlModes(SqlModes sqlModes) {
        this.sqlModes = sqlModes;
        context = null;
    }

    /**
     * The prepared statements of this session.
     *
     * @return confined to the same loop
     */
    public PreparedStatements prepared() {
        return prepared;
    }

    /**
     * Statements that wait for the next one, which chooses the shard: SET TRANSACTION, BEGIN, SAVEPOINT.
     *
     * @return the live list, in order
     */
    public List<String> ahead() {
        return ahead;
    }

    /**
     * Whether a BEGIN was answered and not yet sent.
     *
     * @return true between BEGIN and the first statement behind it
     */
    public boolean beginPending() {
        return beginPending;
    }

    /**
     * Notes a BEGIN that waits for its first statement.
     *
     * @param sql the statement as the client wrote it
     */
    public void beginLater(String sql) {
        ahead.add(sql);
        beginPending = true;
        statusFlags |= StatusFlags.SERVER_STATUS_IN_TRANS;
    }

    /** Forgets a BEGIN that was never sent, with all that waited behind it. */
    public void forgetPendingBegin() {
        ahead.clear();
        beginPending = false;
        statusFlags &= ~(StatusFlags.SERVER_STATUS_IN_TRANS | StatusFlags.SERVER_STATUS_IN_TRANS_READONLY);
    }

    /**
     * Takes what is to be sent ahead of the next statement.
     *
     * @return the statements in order; the session keeps none of them
     */
    public List<String> takeAhead() {
        if (ahead.isEmpty()) {
            return List.of();
        }
        var taken = List.copyOf(ahead);
        ahead.clear();
        beginPending = false;
        return taken;
    }

    /**
     * Whether the client believes to be in a transaction.
     *
     * @return true from BEGIN to COMMIT or ROLLBACK
     */
    public boolean inTransaction() {
        return (statusFlags & StatusFlags.SERVER_STATUS_IN_TRANS) != 0;
    }

    /**
     * Whether every statement is its own transaction unless BEGIN was said.
     *
     * @return the autocommit status as the server reported it
     */
    public boolean autocommit() {
        return (statusFlags & StatusFlags.SERVER_STATUS_AUTOCOMMIT) != 0;
    }

    /**
     * Whether the open transaction's shard was lost, so that nothing runs before ROLLBACK.
     *
     * @return true until the client has acknowledged the loss
     */
    public boolean transactionLost() {
        return transactionLost;
    }

    /**
     * Notes that the open transaction is gone, or that the client has acknowledged it.
     *
     * @param lost the new state
     */
    public void transactionLost(boolean lost) {
        transactionLost = lost;
    }

    /**
     * The status flags of the latest reply.
     *
     * @return as in {@link StatusFlags}
     */
    public int statusFlags() {
        return statusFlags;
    }

    /**
     * Notes the status flags of a reply.
     *
     * @param statusFlags as the server sent them
     */
    public void statusFlags(int statusFlags) {
        this.statusFlags = statusFlags;
    }

    /**
     * The status flags that an OK of the gateway carries: those that describe the session, without those of one reply.
     *
     * @return as in {@link StatusFlags}
     */
    public int lastingStatusFlags() {
        return statusFlags
                & (StatusFlags.SERVER_STATUS_IN_TRANS
                        | StatusFlags.SERVER_STATUS_AUTOCOMMIT
                        | StatusFlags.SERVER_STATUS_IN_TRANS_READONLY
                        | StatusFlags.SERVER_STATUS_NO_BACKSLASH_ESCAPES);
    }

    /**
     * The connection that the session keeps.
     *
     * @return null when it keeps none
     */
    public Held held() {
        return held;
    }

    /**
     * Keeps a connection, or forgets the one that is kept. Does not release anything.
     *
     * @param held the connection, or null
     */
    public void held(Held held) {
        this.held = held;
        if (held == null) {
            holdReasons.clear();
        }
    }

    /**
     * Why the connection is kept.
     *
     * @return the live set
     */
    public Set<HoldReason> holdReasons() {
        return holdReasons;
    }

    /**
     * Whether losing the connection loses more than a transaction, so that the client must not go on as if nothing was.
     *
     * @return true when a reason other than a transaction or unread warnings keeps it
     */
    public boolean holdsUnreplayableState() {
        return holdReasons.stream()
                .anyMatch(reason -> reason != HoldReason.TRANSACTION
                        && reason != HoldReason.TRANSACTION_STATE_UNKNOWN
                        && reason != HoldReason.UNREAD_WARNINGS);
    }

    /**
     * What {@code LAST_INSERT_ID()} answers.
     *
     * @return an unsigned 64-bit number
     */
    public long lastInsertId() {
        return lastInsertId;
    }

    /**
     * Notes a generated key.
     *
     * @param lastInsertId an unsigned 64-bit number
     */
    public void lastInsertId(long lastInsertId) {
        this.lastInsertId = lastInsertId;
    }

    /**
     * What {@code ROW_COUNT()} answers.
     *
     * @return the affected rows of the latest statement, -1 after a result set or an error
     */
    public long rowCount() {
        return rowCount;
    }

    /**
     * What {@code FOUND_ROWS()} answers.
     *
     * @return the rows of the latest SELECT
     */
    public long foundRows() {
        return foundRows;
    }

    /**
     * Notes the figures of the latest statement.
     *
     * @param rowCount affected rows, or -1
     * @param foundRows rows of the latest SELECT
     */
    public void counts(long rowCount, long foundRows) {
        this.rowCount = rowCount;
        this.foundRows = foundRows;
    }

    /**
     * Whether the session is over.
     *
     * @return true after {@link #close}
     */
    public boolean isClosed() {
        return closed;
    }

    /** Marks the session as over. */
    public void close() {
        closed = true;
    }

    /**
     * Whether the door must close the client's connection behind the current answer: state that cannot be had again is gone,
     * or the client asked for it.
     *
     * @return true once {@link #closeAfterReply} was called
     */
    public boolean mustClose() {
        return mustClose;
    }

    /** Has the door close the client's connection behind the current answer. */
    public void closeAfterReply() {
        mustClose = true;
    }

    /**
     * Keeps a step that has to wait until the connection is free.
     *
     * @param step run once, by whoever frees the connection
     */
    public void waiting(Runnable step) {
        waiting = step;
    }

    /**
     * Takes the step that waits.
     *
     * @return null when none does
     */
    public Runnable takeWaiting() {
        var step = waiting;
        waiting = null;
        return step;
    }

    /**
     * The connection that a statement of this session runs on right now.
     *
     * @return null between statements
     */
    public PooledConnection running() {
        return running;
    }

    /**
     * Notes where a statement runs.
     *
     * @param running its connection, or null when it has ended
     */
    public void running(PooledConnection running) {
        this.running = running;
    }

    /** Back to the state behind the login, as COM_RESET_CONNECTION leaves it; the current schema stays. */
    public void reset() {
        variables = SessionVariables.NONE;
        ahead.clear();
        beginPending = false;
        transactionLost = false;
        statusFlags = StatusFlags.SERVER_STATUS_AUTOCOMMIT;
        lastInsertId = 0;
        rowCount = -1;
        prepared.clear();
    }
}
