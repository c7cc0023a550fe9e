// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.router.Explanation;
import com.workersql.router.RoutePlan;
import com.workersql.router.Router;
import com.workersql.router.ServerFlavor;
import com.workersql.router.Statement;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.results.ResultCache;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.SessionRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Runs the statements of sessions: asks the router, then the breaker, then the pool, and relays the reply. The same for every
 * door. All methods are called on the session's event loop, one command of a session at a time.
 */
public final class StatementExecutor {
    private static final int SCRATCH_BYTES = 64 * 1024;
    private static final FastThreadLocal<byte[]> SCRATCH = new FastThreadLocal<>() {
        @Override
        protected byte[] initialValue() {
            return new byte[SCRATCH_BYTES];
        }
    };

    private final Router router;
    private final Supplier<Shards> shards;
    private final Planner planner;
    private final LongSupplier nanoClock;
    private final Admission admission;
    private final ExecutorSettings settings;
    private final ShardConnections connections;
    private final LocalStatements locals;
    private final PreparedStatementExecutor prepared;
    private final SessionCommands commands;
    private final Retention retention;
    private final ReadPlaces places;
    private final PlanDispatch plans;
    private final CachedWrites cachedWrites;
    private final SessionTexts texts;
    private final SessionCounters counters = new SessionCounters();
    private volatile Runnable onDefinition = () -> {};

    /**
     * An executor.
     *
     * @param router plans statements
     * @param shards the shards of the current configuration
     * @param planner analyses what the plan cache does not know
     * @param registry the sessions that KILL may name
     * @param nanoClock a monotonic clock
     * @param admission how many statements there may be
     * @param results keeps answers where policies allow it
     * @param settings the limits
     */
    public StatementExecutor(
            Router router,
            Supplier<Shards> shards,
            Planner planner,
            SessionRegistry registry,
            LongSupplier nanoClock,
            Admission admission,
            ResultCache results,
            ExecutorSettings settings) {
        this.router = router;
        this.shards = shards;
        this.planner = planner;
        this.nanoClock = nanoClock;
        this.admission = admission;
        this.settings = settings;
        this.texts = new SessionTexts(router, shards);
        this.connections = new ShardConnections(nanoClock, settings.acquireTimeoutNanos(), counters, this::shard);
        this.retention = new Retention(settings.warningsHoldMillis(), nanoClock, counters, this::shard);
        this.places = new ReadPlaces(settings.replicas(), new Random(), nanoClock);
        this.cachedWrites = new CachedWrites(this, router, results, nanoClock);
        this.locals = new LocalStatements(this, router, registry, nanoClock);
        this.plans = new PlanDispatch(this, locals, new CachedReads(this, router, results, nanoClock), cachedWrites);
        this.prepared = new PreparedStatementExecutor(this, settings.maxLongDataBytes());
        this.commands = new SessionCommands(this, locals, shards);
    }

    /**
     * The prepared statements' side of this executor.
     *
     * @return never null
     */
    public PreparedStatementExecutor prepared() {
        return prepared;
    }

    /**
     * The commands that are no statements.
     *
     * @return never null
     */
    public SessionCommands commands() {
        return commands;
    }

    /**
     * Has somebody told of every definition that a shard has changed.
     *
     * @param action called on the session's event loop, before the client hears of the change; must not block
     */
    public void onDefinition(Runnable action) {
        onDefinition = action;
    }

    /**
     * How sessions use connections.
     *
     * @return counts for the lifetime of this executor
     */
    public SessionCounters counters() {
        return counters;
    }

    /**
     * Runs one SQL text.
     *
     * @param session the session
     * @param command the payload of a COM_QUERY: the command byte and the text; owned by the executor from here
     * @param client takes the reply
     */
    public void query(ClientSession session, ByteBuf command, ReplyTarget client) {
        if (session.activity().running() != null) {
            session.activity().waitForAnswers(() -> query(session, command, client), error -> {
                command.release();
                client.failed(error);
            });
            return;
        }
        var target = admission.admit(session, client);
        if (target == null) {
            command.release();
            return;
        }
        int length = command.readableBytes() - 1;
        boolean scratch = length <= SCRATCH_BYTES;
        byte[] sql = scratch ? SCRATCH.get() : new byte[length];
        command.getBytes(command.readerIndex() + 1, sql, 0, length);
        var statement = texts.statement(session, sql, length, null);
        var plan = router.planIfCached(statement);
        if (plan != null) {
            run(session, plan, statement, scratch, command, target);
            return;
        }
        var lasting = scratch ? texts.statement(session, Arrays.copyOf(sql, length), length, null) : statement;
        plan(router::plan, session, lasting, made -> run(session, made, lasting, false, command, target), error -> {
            command.release();
            target.failed(error);
        });
    }

    /** Runs a text as the one statement that it is, or as the several. */
    private void run(
            ClientSession session,
            RoutePlan plan,
            Statement statement,
            boolean scratch,
            ByteBuf command,
            ReplyTarget target) {
        var work = new QueryWork(plan.statement(), command);
        if (plan.statement().kind() != StatementKind.MULTIPLE) {
            dispatch(session, plan, statement, work, target);
            return;
        }
        if (!(target instanceof SeveralReplies several) || !session.allowsSeveralStatements()) {
            work.drop();
            target.failed(Refusals.ofSeveral(target));
            return;
        }
        boolean asOne = plan instanceof RoutePlan.SingleShard
                && session.capabilities().has(CapabilityFlags.CLIENT_MULTI_STATEMENTS);
        var lasting = scratch && !asOne
                ? texts.statement(
                        session, Arrays.copyOf(statement.bytes(), statement.length()), statement.length(), null)
                : statement;
        var parts = asOne ? List.of(lasting) : router.split(lasting);
        if (parts.size() == 1) {
            dispatch(session, plan, lasting, work, target);
        } else {
            work.drop();
            new StatementSequence(this, session, parts, several).runNext();
        }
    }

    /**
     * Ends a session whose client is gone: a running statement is killed, an open transaction rolled back, and the connection
     * never comes to anybody else in the state it is in.
     *
     * @param session the session
     */
    public void close(ClientSession session) {
        SessionEnd.close(session);
    }

    /**
     * Ends the statement that a session runs or that waits for its turn; its reply is then an error. Nothing happens when there is
     * none.
     *
     * @param session the session
     */
    public void cancel(ClientSession session) {
        SessionEnd.cancel(session);
    }

    /** Asks the router, off the loop where it has to parse. */
    <T> void plan(
            Function<Statement, T> analysis,
            ClientSession session,
            Statement statement,
            Consumer<T> planned,
            Consumer<GatewayError> failed) {
        var wait = new PlanWait(session, failed);
        planner.plan(
                analysis,
                statement,
                session.loop(),
                SessionFault.guarded(session, plan -> {
                    if (wait.end()) {
                        planned.accept(plan);
                    }
                }),
                SessionFault.guarded(session, error -> {
                    if (wait.end()) {
                        failed.accept(error);
                    }
                }));
    }

    /** How the texts of sessions are read. */
    SessionTexts texts() {
        return texts;
    }

    /** What keeps the connections of sessions, or gives them back. */
    Retention retention() {
        return retention;
    }

    Admission admission() {
        return admission;
    }

    /**
     * Says where a statement would go; runs nothing.
     *
     * @param statement bytes and values do not change
     * @param loop on which the caller hears of it
     */
    void explain(Statement statement, EventLoop loop, Consumer<Explanation> explained, Consumer<GatewayError> failed) {
        planner.plan(router::explain, statement, loop, explained, failed);
    }

    /** The router, for those parts of this package that plan themselves. */
    Router router() {
        return router;
    }

    /** Carries a plan out. */
    void dispatch(ClientSession session, RoutePlan plan, Statement statement, Work work, ReplyTarget target) {
        plans.dispatch(session, plan, statement, work, target);
    }

    /** Runs work on a shard by its name. */
    void runOn(ClientSession session, String shardName, boolean discardAfterwards, Work work, ReplyTarget target) {
        runOn(session, shardName, discardAfterwards, work, target, null);
    }

    /** Runs work on a shard by its name, with its own way to learn from the reply. */
    void runOn(
            ClientSession session,
            String shardName,
            boolean discardAfterwards,
            Work work,
            ReplyTarget target,
            Aftermath.Learner learner) {
        runOn(session, shardName, discardAfterwards, work, target, learner, deadline(session));
    }

    /** Runs one step of a statement on a shard, in the time that those before have left. */
    void runOn(
            ClientSession session,
            String shardName,
            boolean discardAfterwards,
            Work work,
            ReplyTarget target,
            Aftermath.Learner learner,
            StatementDeadline deadline) {
        new ShardRun(this, session, shardName, discardAfterwards, work, target, learner, deadline).start();
    }

    /** The time of a statement that comes now. */
    StatementDeadline deadline(ClientSession session) {
        return new StatementDeadline(settings, session.timeLimitMillis(), nanoClock);
    }

    /** A shard has carried out a definition. */
    void definitionChanged() {
        onDefinition.run();
    }

    ExecutorSettings settings() {
        return settings;
    }

    LongSupplier nanoClock() {
        return nanoClock;
    }

    ShardConnections connections() {
        return connections;
    }

    /** A shard as it is configured now; null when there is none by that name. */
    Shard shard(String name) {
        return shards.get().byName().get(name);
    }

    /** Gets the session a connection to any shard: what it asks is the same everywhere. */
    void leaseAny(ClientSession session, Consumer<ShardLease> ready, Consumer<GatewayError> failed) {
        var names = shards.get().byName().keySet();
        if (names.isEmpty()) {
            failed.accept(GatewayError.notExecuted("No shard is configured"));
        } else {
            lease(session, names.stream().sorted().findFirst().orElseThrow(), ready, failed);
        }
    }

    /** The family of the shards. */
    ServerFlavor flavor() {
        return shards.get().flavor();
    }

    /** What ends the answers that are kept. */
    CachedWrites cachedWrites() {
        return cachedWrites;
    }

    /** The names of all shards. */
    Set<String> shardNames() {
        return shards.get().byName().keySet();
    }

    /** The choice among the servers of a shard. */
    ReadPlaces places() {
        return places;
    }

    /** What {@code VERSION()} answers. */
    String version() {
        return shards.get().versionText();
    }

    /** Gets the session's connection to a shard. */
    void lease(ClientSession session, String shardName, Consumer<ShardLease> ready, Consumer<GatewayError> failed) {
        session.activity().whenIdle(() -> {
            var shard = shards.get().byName().get(shardName);
            if (shard == null) {
                failed.accept(GatewayError.notExecuted("No shard is named " + shardName));
                return;
            }
            connections.lease(session, shard, ready, failed);
        });
    }

    void abandon(ClientSession session, PooledConnection connection, String why) {
        session.activity().running(null);
        session.held(null);
        connection.discard(why);
    }
}
