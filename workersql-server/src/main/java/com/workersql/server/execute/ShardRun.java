// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.FailureClass;
import com.workersql.breaker.classify.FailureClassifier;
import com.workersql.breaker.endpoint.Gate;
import com.workersql.breaker.endpoint.Role;
import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.router.Footprint;
import com.workersql.router.NamedEffect;
import com.workersql.router.ServerFlavor;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import com.workersql.server.session.SqlModes;
import java.util.List;

/**
 * One statement on its way to one shard and back: waits for a primary where a failover is under way, for a connection, for the
 * reply, all within its time; repeats the statement where it is proven that this does no harm; and says at the end what is known
 * of it. Confined to the session's event loop.
 */
final class ShardRun implements Relay.Ending, Placement.Run {
    private static final int MAX_RETRIES = 2;

    private final StatementExecutor executor;
    private final ClientSession session;
    private final String shardName;
    private final boolean discardAfterwards;
    private final ReplyTarget target;
    private final Aftermath.Learner learner;
    private final StatementDeadline deadline;
    private Work work;
    private Work copy;
    /** The statement's text while it runs, where it cannot be repeated but may have to be looked at. */
    private Work kept;

    private List<String[]> diagnostics;
    private Shard shard;
    private Placement placement;
    private ShardConnections.Lease lease;
    private Relay relay;
    private int retries;
    private boolean ended;
    private List<NamedEffect> named = List.of();
    /** Whether the statement reads the diagnostics of the one before, which it clears all the same. */
    private boolean clearsBehind;

    ShardRun(
            StatementExecutor executor,
            ClientSession session,
            String shardName,
            boolean discardAfterwards,
            Work work,
            ReplyTarget target,
            Aftermath.Learner learner) {
        this.executor = executor;
        this.session = session;
        this.shardName = shardName;
        this.discardAfterwards = discardAfterwards;
        this.work = work;
        this.target = target;
        this.learner = learner;
        this.deadline = new StatementDeadline(executor.settings(), session.timeLimitMillis(), executor.nanoClock());
    }

    void start() {
        session.activity().unsent(this::dropUnsent);
        shard = executor.shard(shardName);
        if (shard == null) {
            fail(GatewayError.notExecuted("No shard is named " + shardName));
            return;
        }
        placement = new Placement(executor, session, shard, this);
        clearsBehind = executor.flavor() == ServerFlavor.MYSQL && work.info().has(SessionEffect.DIAGNOSTICS_USED);
        if (!clearsBehind && work.step() != Work.Step.FETCHES) {
            clearDiagnostics();
        }
        shard.retries().recordStatement();
        deadline.start(session.loop(), SessionFault.guarded(session, this::timeUp));
        executor.whenIdle(session, this::keepDiagnostics);
    }

    /** What is sent ahead clears the diagnostics of the statement before, which this one would leave: they are read first. */
    private void keepDiagnostics() {
        var held = session.held();
        if (held != null
                && session.pins().has(HoldReason.UNREAD_WARNINGS)
                && Ahead.clearsDiagnostics(session, held.connection(), work, executor.flavor())) {
            executor.connections().inquire(session, held, this::findBehindQuestion);
        } else {
            placement.find();
        }
    }

    /** What was lost with the connection, the statement must not go on without. */
    private void findBehindQuestion() {
        var loss = Refusals.ofLoss(session, work.info());
        if (loss == null) {
            placement.find();
        } else {
            fail(loss);
        }
    }

    private void clearDiagnostics() {
        if (executor.clearsDiagnostics(work.info())) {
            session.pins().remove(HoldReason.UNREAD_WARNINGS);
            session.figures().warnings(List.of());
        }
    }

    @Override
    public boolean hasEnded() {
        return ended;
    }

    @Override
    public Work work() {
        return work;
    }

    @Override
    public boolean needsPrimary() {
        return target instanceof Gathering;
    }

    @Override
    public boolean mayBeRepeated(boolean onReplica) {
        return retries < MAX_RETRIES && (onReplica || isFree());
    }

    @Override
    public void notFound(GatewayError error) {
        fail(deadline.isOver() ? deadline.error(shardName, Outcome.NOT_EXECUTED) : error);
    }

    /** Whether the session has nothing on its connection that a repetition on another one would not find. */
    private boolean isFree() {
        return !session.transaction().isOpen()
                && session.transaction().ahead().isEmpty()
                && !session.figures().isKeyUnread()
                && (session.held() == null
                        || session.pins().isEmpty()
                        || session.pins().isOnly(HoldReason.UNREAD_WARNINGS));
    }

    @Override
    public void found(ShardConnections.Lease ready, boolean mayBeRepeated) {
        if (session.isClosed()) {
            ready.released();
            ready.connection().releaseAfterReset();
            fail(GatewayError.notExecuted("The client has gone"));
            return;
        }
        if (ended) {
            ready.released();
            giveBackUnused(ready);
            return;
        }
        var connection = ready.connection();
        named = executor.namedEffects(session, work);
        var refusal = LatestValues.refusal(session, connection, work, named);
        if (refusal != null) {
            ready.released();
            giveBackUnused(ready);
            fail(refusal);
            return;
        }
        boolean keeps = Effects.keepConnection(work.info(), named)
                || LatestValues.keepConnection(session, work.info())
                || (learner != null && learner.keepsConnection());
        if (keeps && work.isRun() && !connection.tryPin()) {
            ready.released();
            giveBackUnused(ready);
            fail(GatewayError.refused(
                    1203,
                    "42000",
                    "Sessions of this tenant keep as many connections to shard " + shardName
                            + " as they may (pool.pinned_percent_per_tenant); end what one of them holds"));
            return;
        }
        lease = ready;
        deadline.connected();
        var activity = session.activity();
        activity.running(connection);
        activity.statement(work.info().fingerprint(), ready.startNanos());
        if (discardAfterwards) {
            session.pins().spoil();
        }
        executor.counters().ran(session.held() != null, activity.movesTo(shardName, connection.threadId()));
        copy = mayBeRepeated ? work.again() : null;
        kept = copy == null && outcomes().dependsOnEngines() ? work.again() : null;
        if (work.asksForCursor() && (ready.role() == Role.REPLICA || !connection.tryPin())) {
            // Rows that come with the execution serve the client as well, and bind it to nothing.
            work.mayOpenCursor(false);
        }
        if (!ready.setup().isEmpty()) {
            executor.counters().setUp(true);
            ready.setup().sendAhead(connection, executor.connections().proven(), this::setupRefused);
        }
        Ahead.send(
                session,
                connection,
                work,
                executor.flavor(),
                () -> {
                    if (!runsOn(connection)) {
                        return;
                    }
                    work = executor.withSessionValues(session, work);
                    relay = new Relay(
                            connection,
                            target,
                            this,
                            work.fileName(session.sqlModes().noBackslashEscapes()));
                    work.send(connection, relay, this::notSent);
                },
                error -> {
                    if (runsOn(connection)) {
                        ready.released();
                        executor.abandon(session, connection, "statement ahead failed");
                        fail(error);
                    }
                });
    }

    /** False when the connection was given up while an answer was waited for. */
    private boolean runsOn(PooledConnection connection) {
        return lease != null && lease.connection() == connection;
    }

    /**
     * The server does not give the connection the session's state, and has the statement behind it, which it runs in another one. A read
     * is repeated, and waits for the answer then; of a write nobody can say what it did.
     */
    private void setupRefused(ReplyStatus status) {
        if (session.isClosed() || ended) {
            // Whoever closed it ends the connection, too.
            return;
        }
        var refused = lease;
        var connection = refused.connection();
        executor.counters().setupRefused();
        boolean interrupted = StatementDeadline.isInterruption(status.errno());
        if (!interrupted) {
            executor.connections().proven().forget(ProvenSetups.Origin.of(connection));
        }
        refused.released();
        lease = null;
        if (relay != null) {
            relay.stop();
        }
        work.drop();
        connection.kill();
        boolean repeats = copy != null
                && outcomes().changesNothing()
                && !interrupted
                && shard.retries().tryRetry(Retries.Proof.READS_ONLY);
        if (repeats) {
            executor.abandon(session, connection, "session variables refused");
            takeCopy();
            placement.find();
            return;
        }
        end();
        if (work.isRun()) {
            Written.perhaps(session, shardName, work.info(), executor.nanoClock());
        }
        executor.cachedWrites().ended(session, true);
        var error = outcomes().setupRefused(answer(status));
        Aftermath.forget(session);
        connection.discard("session variables refused");
        target.failed(
                interrupted && deadline.isOver() && error.outcome() != Outcome.UNKNOWN
                        ? deadline.error(shardName, error.outcome())
                        : error);
    }

    private void giveBackUnused(ShardConnections.Lease unused) {
        if (session.held() == null || session.held().connection() != unused.connection()) {
            unused.connection().release();
        }
    }

    /** The command could not be made for this connection: its text was refused when it was prepared. */
    private void notSent(GatewayError error) {
        lease.released();
        if (!session.isClosed()) {
            Aftermath.failed(session);
            executor.settle(session, lease, "");
        }
        fail(error);
    }

    private void fail(GatewayError error) {
        if (end()) {
            work.drop();
            target.failed(error);
        }
    }

    /** True the first time. */
    private boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        deadline.cancel();
        dropCopy();
        session.activity().unsent(null);
        return true;
    }

    /** Behind a fault nobody sends it any more, nor tells this run so. */
    private void dropUnsent() {
        if (relay == null) {
            work.drop();
        }
        dropCopy();
    }

    @Override
    public void fileRequested() {
        dropCopy();
    }

    @Override
    public void fileAborted(GatewayError why) {
        if (end()) {
            lease.released();
            giveUp("the client's file was given up");
            target.failed(why);
        }
    }

    /** Ends the connection in the middle of a file. The server might take the end of the stream for that of the file: it is killed first. */
    private void giveUp(String why) {
        var connection = lease.connection();
        Written.perhaps(session, shardName, work.info(), executor.nanoClock());
        session.transaction().lost(session.transaction().isOpen());
        Aftermath.forget(session);
        connection.kill().addListener(killed -> connection.discard(why));
    }

    private void dropCopy() {
        if (copy != null) {
            copy.drop();
            copy = null;
        }
        if (kept != null) {
            kept.drop();
            kept = null;
        }
    }

    // ---- the reply's end

    @Override
    public void completed(ReplyStatus status) {
        end();
        learn(status);
    }

    private void learn(ReplyStatus status) {
        executor.answered(lease, status);
        if (work.isRun()) {
            Written.learn(session, shardName, work.info(), status, executor.nanoClock());
        }
        if (work.info().isDdl() && !status.isError()) {
            executor.definitionChanged();
        }
        if (session.isClosed()) {
            executor.cachedWrites().ended(session, true);
            // Whoever closed it has the statement killed, and the connection closed behind that.
            return;
        }
        session.activity().statement(null, executor.nanoClock().getAsLong());
        if (work.isRun()) {
            session.figures().onConnection(true);
        }
        String modes = status.changes().variables().get("sql_mode");
        if (modes != null) {
            // Whatever has set it, also a routine or a text within the text: the next statement is read by it.
            session.sqlModes(SqlModes.parse(modes));
        }
        var info = work.info();
        if (clearsBehind) {
            clearDiagnostics();
        }
        if (work.isRun()) {
            Aftermath.figures(session, lease.connection(), info, status, executor.flavor());
            Effects.learn(session, info, named, status, executor.counters());
        } else {
            Aftermath.notRun(session, work.step(), status, executor.flavor());
        }
        work.ended(lease.connection(), status);
        executor.cachedWrites().ended(session, !session.transaction().isOpen() || endsTransaction());
        if (diagnostics != null) {
            // What the connection has of them now is of another question.
            session.pins().remove(HoldReason.UNREAD_WARNINGS);
            session.figures().warnings(diagnostics);
            session.figures().onConnection(false);
        }
        if (learner != null) {
            learner.learn(session, lease.connection(), info, status);
        }
        executor.settle(session, lease, info.fingerprint());
    }

    @Override
    public boolean errored(ReplyStatus status, boolean began) {
        if (!began && copy != null && lease.role() == Role.REPLICA && isOfSickReplica(status)) {
            learn(status);
            return repeatElsewhere(status);
        }
        if (!began && copy != null && refusedByFormerPrimary(status)) {
            learn(status);
            session.pins().remove(HoldReason.UNREAD_WARNINGS);
            if (session.held() != null && session.activity().running() == null) {
                executor.settle(session, lease, "");
            }
            repeatOnNewPrimary(status);
            return true;
        }
        if (!began
                && StatementDeadline.isInterruption(status.errno())
                && outcomes().dependsOnEngines()) {
            askForEngines(status);
            return true;
        }
        var known = outcome(status);
        if (known == null) {
            return false;
        }
        end();
        learn(status);
        target.failed(known);
        return true;
    }

    private boolean isOfSickReplica(ReplyStatus status) {
        return switch (classify(status)) {
            case CONNECT_FAILURE, CALL_FAILURE, CALL_FAILURE_IF_CONNECT_FAILS, ROLE_CHANGE -> true;
            case NEUTRAL, SLOW, CALLER ->
                FailureClassifier.provesNotExecuted(Gate.CALL, status.errno(), status.message());
        };
    }

    private boolean repeatElsewhere(ReplyStatus status) {
        session.pins().remove(HoldReason.UNREAD_WARNINGS);
        if (session.held() != null && session.activity().running() == null) {
            executor.settle(session, lease, "");
        }
        placement.exclude(lease.node());
        if (shard.retries().tryRetry(Retries.Proof.READS_ONLY)) {
            takeCopy();
            placement.find();
        } else {
            fail(answer(status));
        }
        return true;
    }

    private boolean refusedByFormerPrimary(ReplyStatus status) {
        return shard.topology().canFailOver()
                && FailureClassifier.provesNotExecuted(Gate.CALL, status.errno(), status.message());
    }

    private void repeatOnNewPrimary(ReplyStatus status) {
        var answer = answer(status);
        if (!shard.retries().tryRetry(Retries.Proof.REFUSED)) {
            fail(answer);
            return;
        }
        var former = lease.node();
        takeCopy();
        FailoverWait.start(
                shard, session, executor.settings().failoverWaitNanos(), placement::find, unavailable -> fail(answer));
        shard.topology().suspect(former);
    }

    private void takeCopy() {
        retries++;
        work = copy;
        copy = null;
        lease = null;
        relay = null;
    }

    /** The error with what it says of the statement, where that is not simply that it did not run; null where it is. */
    private GatewayError outcome(ReplyStatus status) {
        if (StatementDeadline.isInterruption(status.errno())) {
            var known = outcomes().isUndoneWhenInterrupted() ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN;
            return known == Outcome.NOT_EXECUTED && !deadline.isOver() ? null : interrupted(status, known);
        }
        return outcomes().ofAnswer(answer(status), classify(status));
    }

    private GatewayError interrupted(ReplyStatus status, Outcome known) {
        return deadline.isOver()
                ? deadline.error(shardName, known)
                : answer(status).withOutcome(known);
    }

    /** An interrupted write of a transactional engine is undone, and of another one half done: the server knows which it was. */
    private void askForEngines(ReplyStatus status) {
        deadline.cancel();
        var text = copy == null ? kept : copy;
        Engines.ask(
                lease.connection(),
                text == null ? Footprint.UNKNOWN : executor.footprint(session, text),
                undone -> {
                    if (end()) {
                        diagnostics = List.<String[]>of(
                                new String[] {"Error", Integer.toString(status.errno()), status.message()});
                        learn(status);
                        target.failed(interrupted(status, undone ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN));
                    }
                },
                cause -> broken(cause, false),
                () -> silentOnEngines(status));
    }

    /** The statement has ended, and what became of it, the server does not say. */
    private void silentOnEngines(ReplyStatus status) {
        if (!end()) {
            return;
        }
        executor.failed(lease);
        Written.perhaps(session, shardName, work.info(), executor.nanoClock());
        executor.cachedWrites().ended(session, true);
        if (session.isClosed()) {
            SessionEnd.gone(session);
            return;
        }
        var told = interrupted(status, Outcome.UNKNOWN);
        Aftermath.lost(session, lease.connection(), Question.SILENT);
        target.failed(told);
    }

    /** Also where the next transaction has begun already. */
    private boolean endsTransaction() {
        return switch (work.info().kind()) {
            case BEGIN, COMMIT -> true;
            default -> work.info().isDdl();
        };
    }

    private Outcomes outcomes() {
        return new Outcomes(session, work.info(), shardName);
    }

    private static GatewayError answer(ReplyStatus status) {
        return GatewayError.ofServer(status.errno(), status.sqlState(), status.message());
    }

    private FailureClass classify(ReplyStatus status) {
        return FailureClassifier.classify(Gate.CALL, lease.role(), status.errno(), status.message());
    }

    @Override
    public void broken(BrokenConnectionException cause, boolean bytesLeft) {
        executor.failed(lease);
        executor.cachedWrites().ended(session, true);
        if (session.isClosed()) {
            end();
            SessionEnd.gone(session);
            return;
        }
        if (ended) {
            return;
        }
        if (lease.role() == Role.REPLICA) {
            placement.exclude(lease.node());
        }
        var proof = proof(cause, bytesLeft);
        if (copy != null
                && proof != null
                && !cause.isForFileRequest()
                && !deadline.isOver()
                && shard.retries().tryRetry(proof)) {
            executor.abandon(session, lease.connection(), "broken");
            takeCopy();
            placement.find();
            return;
        }
        end();
        if (work.isRun()) {
            Written.perhaps(session, shardName, work.info(), executor.nanoClock());
        }
        var lost = lost(cause, bytesLeft);
        if (cause.isForFileRequest() && !bytesLeft) {
            target.failed(Relay.UNASKED_FILE);
            return;
        }
        target.failed(
                deadline.isOver() && lost.outcome() != Outcome.UNKNOWN
                        ? deadline.error(shardName, lost.outcome())
                        : lost);
    }

    private Retries.Proof proof(BrokenConnectionException cause, boolean bytesLeft) {
        if (cause.phase() == BrokenConnectionException.Phase.NOT_SENT) {
            return Retries.Proof.NOT_SENT;
        }
        return outcomes().changesNothing() && !bytesLeft ? Retries.Proof.READS_ONLY : null;
    }

    /** The error for a statement whose connection broke, and what that does to the session. */
    private GatewayError lost(BrokenConnectionException cause, boolean bytesLeft) {
        var error = outcomes().lost(cause, bytesLeft);
        Aftermath.forget(session);
        lease.connection().discard("broken");
        return error;
    }

    // ---- time

    private void timeUp() {
        if (ended) {
            return;
        }
        if (lease == null) {
            session.activity().interrupt();
            // Where it does not wait, but its connection is being given the session's state.
            fail(deadline.error(shardName, Outcome.NOT_EXECUTED));
            return;
        }
        // The shard ends it by an error, which comes as the reply; a shard that is silent gets no more time.
        lease.connection().cancelRunning();
        deadline.grace(session.loop(), SessionFault.guarded(session, this::notKilled));
    }

    private void notKilled() {
        if (!end()) {
            return;
        }
        if (relay != null) {
            relay.stop();
        }
        if (relay != null && relay.isFileOpen()) {
            // The client is the one that is slow.
            lease.released();
            giveUp("no file in time");
            target.failed(deadline.error(shardName, Outcome.NOT_EXECUTED));
            return;
        }
        executor.failed(lease);
        if (work.isRun()) {
            Written.perhaps(session, shardName, work.info(), executor.nanoClock());
        }
        executor.cachedWrites().ended(session, true);
        boolean inTransaction = session.transaction().isOpen();
        Aftermath.forget(session);
        lease.connection().discard("no answer in time");
        boolean commits = work.info().kind() == StatementKind.COMMIT;
        if (inTransaction && !commits) {
            session.transaction().lost(work.info().kind() != StatementKind.ROLLBACK);
            target.failed(GatewayError.transactionLost(
                    deadline.error(shardName, Outcome.NOT_EXECUTED).message()));
            return;
        }
        target.failed(deadline.error(shardName, outcomes().changesNothing() ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN));
    }
}
