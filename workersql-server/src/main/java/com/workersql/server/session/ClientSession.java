// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.pool.PooledConnection;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.router.StatementContext;
import com.workersql.server.error.GatewayError;
import com.workersql.server.replicas.SessionWrites;
import com.workersql.server.results.Touched;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/**
 * What one client's statements run in: who it is, what it has set, its transaction, its prepared statements and, while it must
 * keep one, its backend connection. The same for every door.
 *
 * <p>Confined to one event loop, with all that it gives; it runs one command at a time, which the doors see to.
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
    private boolean severalStatements;
    private Held held;
    private final Activity activity = new Activity();
    private final TransactionState transaction = new TransactionState();
    private final Pins pins = new Pins();
    private final Figures figures = new Figures();
    private final TakenSequences takenSequences = new TakenSequences();
    private final PreparedTexts preparedTexts = new PreparedTexts();
    private final SessionTracking tracking;
    private int timeLimitMillis;
    private final SessionWrites writes = new SessionWrites();
    private final Touched touched = new Touched();
    private boolean closed;
    private boolean mustClose;
    private Consumer<GatewayError> onFault = error -> {};
    private StatementContext context;
    private final PoolKeys poolKeys = new PoolKeys();

    /**
     * A connection that the session keeps.
     *
     * @param connection borrowed from the pool
     * @param shard the name of its shard
     */
    public record Held(PooledConnection connection, String shard) {}

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

    /** {@return the gateway's id of this session, which KILL takes} */
    public int id() {
        return id;
    }

    /** {@return the loop on which every method of this class is called} */
    public EventLoop loop() {
        return loop;
    }

    /** {@return who the session acts for; never null} */
    public Principal principal() {
        return principal;
    }

    /** {@return the client's capabilities, cut to what the gateway offers} */
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

    /** {@return the MySQL collation id of the client's handshake} */
    public int collation() {
        return collation;
    }

    /** {@return the address or name of where the client is} */
    public String clientHost() {
        return clientHost;
    }

    /** {@return the current schema; null when there is none} */
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
     * {@return what the router must know to read this session's statements, kept until something in it changes; null when it has to be
     * made anew}
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

    /** {@return the pool keys that were made for the current schema} */
    public PoolKeys poolKeys() {
        return poolKeys;
    }

    /** {@return what the client has set; immutable} */
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

    /** {@return how this session's shards read its SQL text; never null} */
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

    /** {@return the prepared statements of this session} */
    public PreparedStatements prepared() {
        return prepared;
    }

    /** {@return what the session does right now} */
    public Activity activity() {
        return activity;
    }

    /** {@return what the client has begun} */
    public TransactionState transaction() {
        return transaction;
    }

    /** {@return the connection that the session keeps; null when it keeps none} */
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
            preparedTexts.detached();
        }
        this.held = held;
        if (held == null) {
            pins.clear();
            figures.detached();
        }
    }

    /** {@return why the connection is kept} */
    public Pins pins() {
        return pins;
    }

    /** {@return what the session's functions answer} */
    public Figures figures() {
        return figures;
    }

    /** {@return what the session can read of sequences} */
    public TakenSequences takenSequences() {
        return takenSequences;
    }

    /** {@return what the client has prepared by PREPARE} */
    public PreparedTexts preparedTexts() {
        return preparedTexts;
    }

    /** {@return what the client wants to be told of its session's changes} */
    public SessionTracking tracking() {
        return tracking;
    }

    /** {@return how many milliseconds the client wants to wait for its next statements; 0 when it does not say} */
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

    /** {@return what the session has written and has to find again} */
    public SessionWrites writes() {
        return writes;
    }

    /** {@return what the session has changed since the cache of results last heard of it} */
    public Touched touched() {
        return touched;
    }

    /** {@return whether the session is bound to its connection by more than diagnostics that nobody has read yet} */
    public boolean isBound() {
        return held != null && !pins.isOnly(HoldReason.UNREAD_WARNINGS);
    }

    /** {@return whether the session is over} */
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

    /** Back to the state behind the login, but for what servers forget of it; the current schema stays. */
    void reset() {
        variables = SessionVariables.NONE;
        transaction.reset();
        figures.reset();
        takenSequences.reset();
        prepared.clear();
    }
}
