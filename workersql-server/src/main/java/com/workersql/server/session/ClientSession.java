// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.pool.BackendAccount;
import com.workersql.pool.PoolKey;
import com.workersql.pool.PooledConnection;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.router.StatementContext;
import com.workersql.server.error.GatewayError;
import com.workersql.server.replicas.SessionWrites;
import com.workersql.server.results.Touched;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What one client's statements run in: who it is, what it has set, its transaction, its prepared statements and, while it must
 * keep one, its backend connection. The same for every door.
 *
 * <p>Confined to one event loop; it runs one command at a time, which the doors see to.
 */
public final class ClientSession {
    /** Set by MariaDB, and by nobody else, while {@code sql_mode} has ANSI_QUOTES. */
    private static final int MARIADB_STATUS_ANSI_QUOTES = 1 << 15;

    private static final Set<HoldReason> OF_TRANSACTIONS =
            EnumSet.of(HoldReason.TRANSACTION, HoldReason.TRANSACTION_STATE_UNKNOWN, HoldReason.UNREAD_WARNINGS);
    private static final Set<HoldReason> TOLD_WHEN_LOST = EnumSet.of(
            HoldReason.TRANSACTION,
            HoldReason.TRANSACTION_STATE_UNKNOWN,
            HoldReason.UNREAD_WARNINGS,
            HoldReason.OPEN_CURSOR);

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
    private Boolean nextReadOnly;
    private boolean transactionLost;
    private Held held;
    private final Pins pins = new Pins();
    private final Figures figures = new Figures();
    private final TakenSequences takenSequences = new TakenSequences();
    private final SessionTracking tracking;
    private int timeLimitMillis;
    private final SessionWrites writes = new SessionWrites();
    private final Touched touched = new Touched();
    private int statusFlags = StatusFlags.SERVER_STATUS_AUTOCOMMIT;
    private boolean closed;
    private boolean mustClose;
    private PooledConnection running;
    private PooledConnection departing;
    private boolean mayHaveSent;
    private Consumer<GatewayError> onFault = error -> {};
    private Runnable leave = () -> {};
    private Runnable unsent;
    private Runnable waiting;
    private Runnable interruption;
    private StatementContext context;
    private final Map<String, KeyOfAccount> poolKeys = new HashMap<>(4);
    private String latestShard;
    private long latestThreadId;
    private boolean spoiled;
    private boolean locksMayBeGone;
    private boolean asked;
    private String statement;
    private long sinceNanos;

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
        this.tracking = new SessionTracking(capabilities.has(CapabilityFlags.CLIENT_SESSION_TRACK));
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
     * @param readOnly whether the transaction may only read
     */
    public void beginLater(String sql, boolean readOnly) {
        ahead.add(sql);
        beginPending = true;
        statusFlags |= StatusFlags.SERVER_STATUS_IN_TRANS;
        if (readOnly) {
            statusFlags |= StatusFlags.SERVER_STATUS_IN_TRANS_READONLY;
        }
    }

    /**
     * Notes what SET TRANSACTION said of the next transaction's access.
     *
     * @param readOnly READ ONLY
     * @param readWrite READ WRITE
     */
    public void nextTransaction(boolean readOnly, boolean readWrite) {
        if (readOnly || readWrite) {
            nextReadOnly = readOnly;
        }
    }

    /**
     * Whether a transaction that says nothing of its access may only read.
     *
     * @return as SET TRANSACTION or the session's variables have it
     */
    public boolean beginsReadOnly() {
        if (nextReadOnly != null) {
            return nextReadOnly;
        }
        String set = variables.get("tx_read_only");
        String value = set == null ? variables.get("transaction_read_only") : set;
        return value != null && (value.equals("1") || value.equalsIgnoreCase("ON") || value.equalsIgnoreCase("TRUE"));
    }

    /** Forgets a BEGIN that was never sent, with all that waited behind it. */
    public void forgetPendingBegin() {
        ahead.clear();
        beginPending = false;
        nextReadOnly = null;
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
        nextReadOnly = null;
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
                        | StatusFlags.SERVER_STATUS_NO_BACKSLASH_ESCAPES
                        | MARIADB_STATUS_ANSI_QUOTES);
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
        if (held == null || (this.held != null && this.held.connection() != held.connection())) {
            takenSequences.detached();
        }
        this.held = held;
        if (held == null) {
            pins.clear();
            figures.detached();
            spoiled = false;
            locksMayBeGone = false;
        }
    }

    /**
     * Why the connection is kept.
     *
     * @return confined to the same loop
     */
    public Pins pins() {
        return pins;
    }

    /**
     * What the session's functions answer.
     *
     * @return confined to the same loop
     */
    public Figures figures() {
        return figures;
    }

    /**
     * What the session can read of sequences.
     *
     * @return confined to the same loop
     */
    public TakenSequences takenSequences() {
        return takenSequences;
    }

    /**
     * What the client wants to be told of its session's changes.
     *
     * @return confined to the same loop
     */
    public SessionTracking tracking() {
        return tracking;
    }

    /**
     * How long the client wants to wait for its next statements.
     *
     * @return milliseconds; 0 when it does not say
     */
    public int timeLimitMillis() {
        return timeLimitMillis;
    }

    /**
     * Notes how long the client wants to wait for its next statements.
     *
     * @param millis from the statement's arrival on; 0 for no limit of its own
     */
    public void timeLimitMillis(int millis) {
        timeLimitMillis = millis;
    }

    /**
     * What the session has written and has to find again.
     *
     * @return confined to the same loop
     */
    public SessionWrites writes() {
        return writes;
    }

    /**
     * What the session has changed since the cache of results last heard of it.
     *
     * @return confined to the same loop
     */
    public Touched touched() {
        return touched;
    }

    /**
     * Whether the session is bound to its connection by more than diagnostics that nobody has read yet.
     *
     * @return true while statements have to run there and nowhere else
     */
    public boolean isBound() {
        return held != null && !pins.isOnly(HoldReason.UNREAD_WARNINGS);
    }

    /**
     * Whether the connection must not serve anybody else, since nobody knows what a statement has left there.
     *
     * @return true from {@link #spoil} until the connection is given back
     */
    public boolean isSpoiled() {
        return spoiled;
    }

    /** Has the connection closed when the session gives it back. */
    public void spoil() {
        spoiled = true;
    }

    /**
     * Whether a lock was released, so that perhaps none is held any more.
     *
     * @return true until the connection was asked
     */
    public boolean locksMayBeGone() {
        return locksMayBeGone;
    }

    /**
     * Notes that a lock was released, or that the connection was asked.
     *
     * @param may the new state
     */
    public void locksMayBeGone(boolean may) {
        locksMayBeGone = may;
    }

    /**
     * Whether the connection has state that no other one can be given.
     *
     * @return true when a reason other than a transaction or unread warnings keeps it
     */
    public boolean holdsUnreplayableState() {
        return isKeptForOtherThan(OF_TRANSACTIONS);
    }

    /**
     * Whether losing the connection loses what the client would miss without being told: a transaction's loss is told by error, and
     * that of a cursor by the next fetch.
     *
     * @return true when any other state is on it
     */
    public boolean holdsStateMissedInSilence() {
        return isKeptForOtherThan(TOLD_WHEN_LOST);
    }

    private boolean isKeptForOtherThan(Set<HoldReason> known) {
        for (var reason : pins.reasons()) {
            if (!known.contains(reason)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Notes the connection on which a statement runs.
     *
     * @param shard the name of the shard that it is to
     * @param threadId the server's id of it
     * @return whether the statement before ran on another one
     */
    public boolean movesTo(String shard, long threadId) {
        boolean moved = latestShard != null && (latestThreadId != threadId || !latestShard.equals(shard));
        latestShard = shard;
        latestThreadId = threadId;
        return moved;
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
     * Notes how to end what the session's statement waits for before it has a connection: a plan, a place in the pool, a primary.
     *
     * @param interruption fails the statement, which has not run; null when it waits no longer
     */
    public void interruption(Runnable interruption) {
        this.interruption = interruption;
    }

    /** Ends what the session's statement waits for, where it has no connection yet: its client hears error 1317. */
    public void interrupt() {
        var action = interruption;
        interruption = null;
        if (action != null) {
            action.run();
        }
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
        mayHaveSent |= running != null;
    }

    /**
     * A statement was let in.
     *
     * @param whenOver takes note of its end; may be run more than once
     */
    public void admitted(Runnable whenOver) {
        leave = whenOver;
        mayHaveSent = false;
    }

    /** What was let in last is over, be it without an answer. */
    public void leave() {
        leave.run();
    }

    /**
     * A statement has something to send, or has none any more.
     *
     * @param drop lets go of what was not sent; may be run more than once; null for none
     */
    public void unsent(Runnable drop) {
        unsent = drop;
    }

    /** Lets go of what was to be sent: the session is over, be it by a fault that the statement has not heard of. */
    public void dropUnsent() {
        if (unsent != null) {
            unsent.run();
            unsent = null;
        }
    }

    /**
     * Whether the statement that was let in last may have reached a shard.
     *
     * @return true once it had a connection to run on
     */
    public boolean mayHaveSent() {
        return mayHaveSent;
    }

    /**
     * Sets how a client is told that the gateway itself has failed behind its session.
     *
     * @param door tells it, and sees to it that the client does not wait for more; called on the session's loop
     */
    public void onFault(Consumer<GatewayError> door) {
        onFault = door;
    }

    /**
     * Tells the client that the gateway itself has failed.
     *
     * @param error names the incident
     */
    public void fault(GatewayError error) {
        onFault.accept(error);
    }

    /**
     * The connection whose statement is being killed because the client is gone.
     *
     * @return null before, and when it was closed
     */
    public PooledConnection departing() {
        return departing;
    }

    /**
     * Notes the connection whose statement is being killed.
     *
     * @param connection null when it was closed
     */
    public void departing(PooledConnection connection) {
        departing = connection;
    }

    /**
     * The statement that runs, without its values.
     *
     * @return null between statements
     */
    public String statement() {
        return statement;
    }

    /**
     * When the statement that runs began, or the last one ended.
     *
     * @return by the gateway's monotonic clock
     */
    public long sinceNanos() {
        return sinceNanos;
    }

    /**
     * A statement begins or ends.
     *
     * @param fingerprint the statement without its values; null at its end
     * @param nowNanos the gateway's monotonic clock
     */
    public void statement(String fingerprint, long nowNanos) {
        statement = fingerprint;
        sinceNanos = nowNanos;
    }

    /**
     * Whether what runs is a question of the gateway's own rather than a statement of the client's.
     *
     * @return true while the connection is asked
     */
    public boolean isAsked() {
        return asked;
    }

    /**
     * Notes that the connection is being asked, or has answered.
     *
     * @param asked the new state
     */
    public void asked(boolean asked) {
        this.asked = asked;
    }

    /** Back to the state behind the login, as COM_RESET_CONNECTION leaves it; the current schema stays. */
    public void reset() {
        variables = SessionVariables.NONE;
        ahead.clear();
        beginPending = false;
        nextReadOnly = null;
        transactionLost = false;
        statusFlags = StatusFlags.SERVER_STATUS_AUTOCOMMIT;
        figures.reset();
        takenSequences.reset();
        prepared.clear();
    }
}
