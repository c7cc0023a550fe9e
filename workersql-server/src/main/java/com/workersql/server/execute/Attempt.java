// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.endpoint.Role;
import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.ReplyStatus;
import com.workersql.router.NamedEffect;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import com.workersql.server.session.SqlModes;
import java.util.List;

/**
 * A statement on one connection: sends it behind what waits for it there, and settles at its end what that means for the session, for the
 * shard and for the statement, which its {@link ShardRun} may try on another one. Confined to the session's event loop.
 */
final class Attempt implements Ahead.Ending, Relay.Ending {
    private final ShardRun run;
    private final StatementExecutor executor;
    private final ClientSession session;
    private final ShardLease lease;
    private final List<NamedEffect> named;
    private Relay relay;
    /** What the session's diagnostics are, where the connection does not have them any more. */
    private List<String[]> diagnostics;

    Attempt(
            ShardRun run,
            StatementExecutor executor,
            ClientSession session,
            ShardLease lease,
            List<NamedEffect> named) {
        this.run = run;
        this.executor = executor;
        this.session = session;
        this.lease = lease;
        this.named = named;
    }

    /** The session runs on this connection from here on. */
    void begin() {
        var connection = lease.connection();
        var activity = session.activity();
        activity.running(connection);
        activity.statement(run.work().info().fingerprint(), lease.startNanos());
        executor.counters()
                .ran(session.held() != null, activity.movesTo(lease.shard().name(), connection.threadId()));
    }

    void send() {
        var connection = lease.connection();
        if (!lease.setup().isEmpty()) {
            executor.counters().setUp(true);
            lease.setup().sendAhead(connection, executor.connections().proven(), this::setupRefused);
        }
        Ahead.send(session, connection, run.work(), executor.flavor(), this);
    }

    @Override
    public void sentAhead() {
        if (!run.isOn(this)) {
            return;
        }
        var work = run.withSessionValues();
        relay = new Relay(
                lease.connection(),
                run.target(),
                this,
                work.fileName(session.sqlModes().noBackslashEscapes()));
        work.send(lease.connection(), relay, this::notSent);
    }

    /** With its connection goes what was begun ahead of the statement: the client has been told that its transaction is open. */
    @Override
    public void failedAhead(GatewayError error) {
        if (!run.isOn(this)) {
            return;
        }
        if (session.isClosed()) {
            // Whoever closed it ends the connection, too.
            lease.released();
            run.fail(error);
            return;
        }
        boolean isBroken = !lease.connection().isOpen();
        if (isBroken) {
            lease.failed(executor.nanoClock().getAsLong());
        } else {
            lease.released();
        }
        boolean inTransaction = session.transaction().isOpen();
        Aftermath.lost(session, lease.connection(), "statement ahead failed");
        run.fail(isBroken && inTransaction ? Outcomes.ofLostTransaction(session, error.message()) : error);
    }

    /** Whether the statement has left, or somebody else sees to what it would send. */
    boolean isSent() {
        return relay != null;
    }

    /** The command could not be made for this connection: its text was refused when it was prepared. */
    private void notSent(GatewayError error) {
        lease.released();
        if (!session.isClosed()) {
            Aftermath.failed(session);
            executor.retention().settle(session, lease, "");
        }
        run.fail(error);
    }

    /**
     * The server does not give the connection the session's state, and has the statement behind it, which it runs in another one. A read
     * is repeated, and waits for the answer then; of a write nobody can say what it did.
     */
    private void setupRefused(ReplyStatus status) {
        if (session.isClosed() || run.hasEnded()) {
            // Whoever closed it ends the connection, too.
            return;
        }
        var connection = lease.connection();
        executor.counters().setupRefused();
        boolean interrupted = StatementDeadline.isInterruption(status.errno());
        if (!interrupted) {
            executor.connections().proven().forget(ProvenSetups.Origin.of(connection));
        }
        lease.released();
        run.leave();
        if (relay != null) {
            relay.stop();
        }
        run.work().drop();
        connection.kill();
        var outcomes = run.outcomes();
        if (run.hasCopy() && outcomes.changesNothing() && !interrupted && run.mayRetry(Retries.Proof.READS_ONLY)) {
            executor.abandon(session, connection, "session variables refused");
            run.retry();
            return;
        }
        run.end();
        run.perhapsWrote();
        executor.cachedWrites().ended(session, true);
        var error = outcomes.setupRefused(status);
        Aftermath.forget(session);
        connection.discard("session variables refused");
        run.target().failed(error);
    }

    // ---- the client's file

    @Override
    public void fileRequested() {
        run.dropCopy();
    }

    @Override
    public void fileAborted(GatewayError why) {
        if (run.end()) {
            lease.released();
            giveUp("the client's file was given up");
            run.target().failed(why);
        }
    }

    /** Ends the connection in the middle of a file. The server might take the end of the stream for that of the file: it is killed first. */
    private void giveUp(String why) {
        var connection = lease.connection();
        run.perhapsWrote();
        session.transaction().lost(session.transaction().isOpen());
        Aftermath.forget(session);
        connection.kill().addListener(killed -> connection.discard(why));
    }

    // ---- the reply's end

    @Override
    public void completed(ReplyStatus status) {
        run.end();
        learn(status);
    }

    private void learn(ReplyStatus status) {
        var work = run.work();
        var info = work.info();
        lease.answered(status, executor.nanoClock().getAsLong());
        run.wrote(status);
        if (info.isDdl() && !status.isError()) {
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
        run.clearDiagnosticsBehind(named);
        if (work.isRun()) {
            Aftermath.figures(session, lease.connection(), info, status, executor.flavor());
            Effects.learn(session, info, named, status, executor.counters());
        } else {
            Aftermath.notRun(session, work.step(), status, executor.flavor());
        }
        work.ended(lease.connection(), status);
        boolean isLast = run.learner() == null || run.learner().isLast();
        executor.cachedWrites().ended(session, isLast && (!session.transaction().isOpen() || endsTransaction()));
        if (diagnostics != null) {
            // What the connection has of them now is of another question.
            session.pins().remove(HoldReason.UNREAD_WARNINGS);
            session.figures().warnings(diagnostics);
            session.figures().onConnection(false);
        }
        if (run.learner() != null) {
            run.learner().learn(session, lease.connection(), info, status);
        }
        executor.retention().settle(session, lease, info.fingerprint());
    }

    /** Also where the next transaction has begun already. */
    private boolean endsTransaction() {
        var info = run.work().info();
        return switch (info.kind()) {
            case BEGIN, COMMIT -> true;
            default -> info.isDdl();
        };
    }

    // ---- an error

    @Override
    public boolean errored(ReplyStatus status, boolean began) {
        if (!began && run.hasCopy() && lease.isSickReplica(status)) {
            learnOfRefusal(status);
            run.exclude(lease.node());
            if (run.mayRetry(Retries.Proof.READS_ONLY)) {
                run.retry();
            } else {
                run.fail(Outcomes.answer(status));
            }
            return true;
        }
        if (!began && run.hasCopy() && lease.isFormerPrimary(status)) {
            learnOfRefusal(status);
            run.retryOnNewPrimary(Outcomes.answer(status), lease.node());
            return true;
        }
        if (!began
                && StatementDeadline.isInterruption(status.errno())
                && run.outcomes().dependsOnEngines()) {
            askForEngines(status);
            return true;
        }
        var known = run.outcomes().ofAnswer(status, lease.classify(status));
        if (known == null) {
            return false;
        }
        run.end();
        learn(status);
        run.target().failed(known);
        return true;
    }

    /** What an error leaves of which the client does not hear if another server does better. */
    private void learnOfRefusal(ReplyStatus status) {
        learn(status);
        session.pins().remove(HoldReason.UNREAD_WARNINGS);
        if (session.held() != null && session.activity().running() == null) {
            executor.retention().settle(session, lease, "");
        }
    }

    /** An interrupted write of a transactional engine is undone, and of another one half done: the server knows which it was. */
    private void askForEngines(ReplyStatus status) {
        run.stopClock();
        var footprint = run.footprint();
        // It has begun to run: whatever becomes of the question, it is not sent again.
        run.dropCopy();
        // What is killed is over: its KILL is not repeated.
        session.activity().statement(null, executor.nanoClock().getAsLong());
        Engines.ask(
                session,
                lease.connection(),
                footprint,
                undone -> {
                    if (run.end()) {
                        diagnostics = List.<String[]>of(
                                new String[] {"Error", Integer.toString(status.errno()), status.message()});
                        learn(status);
                        run.target()
                                .failed(run.outcomes()
                                        .interrupted(status, undone ? Outcome.NOT_EXECUTED : Outcome.UNKNOWN));
                    }
                },
                cause -> broken(cause, false),
                () -> silentOnEngines(status));
    }

    /** The statement has ended, and what became of it, the server does not say. */
    private void silentOnEngines(ReplyStatus status) {
        if (!run.end()) {
            return;
        }
        lease.failed(executor.nanoClock().getAsLong());
        run.perhapsWrote();
        executor.cachedWrites().ended(session, true);
        if (session.isClosed()) {
            SessionEnd.gone(session);
            return;
        }
        var told = run.outcomes().interrupted(status, Outcome.UNKNOWN);
        Aftermath.lost(session, lease.connection(), Question.SILENT);
        run.target().failed(told);
    }

    // ---- no answer

    @Override
    public void broken(BrokenConnectionException cause, boolean bytesLeft) {
        executor.cachedWrites().ended(session, true);
        if (session.isClosed()) {
            // It was killed for the sake of its client's end, which says nothing of the server.
            lease.released();
            run.end();
            SessionEnd.gone(session);
            return;
        }
        lease.failed(executor.nanoClock().getAsLong());
        if (run.hasEnded()) {
            return;
        }
        if (lease.role() == Role.REPLICA) {
            run.exclude(lease.node());
        }
        var outcomes = run.outcomes();
        var proof = outcomes.proof(cause, bytesLeft);
        if (run.hasCopy()
                && proof != null
                && !cause.isForFileRequest()
                && !outcomes.isTimeOver()
                && run.mayRetry(proof)) {
            executor.abandon(session, lease.connection(), "broken");
            run.retry();
            return;
        }
        run.end();
        run.perhapsWrote();
        var lost = outcomes.lost(cause, bytesLeft);
        Aftermath.forget(session);
        lease.connection().discard("broken");
        run.target().failed(cause.isForFileRequest() && !bytesLeft ? Relay.UNASKED_FILE : outcomes.orTimeIsOver(lost));
    }

    /** Has the shard end the statement, by an error that comes as the reply. */
    void cancel() {
        lease.connection().cancelRunning();
    }

    /** The shard has not ended the statement in time. */
    void notEnded() {
        if (relay != null) {
            relay.stop();
        }
        if (relay != null && relay.isFileOpen()) {
            // The client is the one that is slow.
            lease.released();
            giveUp("no file in time");
            run.target().failed(run.outcomes().timeIsOver(Outcome.NOT_EXECUTED));
            return;
        }
        lease.failed(executor.nanoClock().getAsLong());
        run.perhapsWrote();
        executor.cachedWrites().ended(session, true);
        var error = run.outcomes().notEnded(isSent());
        Aftermath.forget(session);
        lease.connection().discard("no answer in time");
        run.target().failed(error);
    }
}
