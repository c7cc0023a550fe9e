// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.endpoint.Role;
import com.workersql.pool.ReplyStatus;
import com.workersql.router.Footprint;
import com.workersql.router.NamedEffect;
import com.workersql.router.ServerFlavor;
import com.workersql.router.SessionEffect;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import java.util.List;

/**
 * One statement on its way to one shard and back: waits for a primary where a failover is under way, for a connection, for the
 * reply, all within its time; is tried again where it is proven that this does no harm; and ends once. Confined to the session's event
 * loop.
 */
final class ShardRun implements Placement.Run {
    private static final int MAX_RETRIES = 2;

    private final StatementExecutor executor;
    private final ClientSession session;
    private final String shardName;
    private final boolean discardAfterwards;
    private final ReplyTarget target;
    private final Aftermath.Learner learner;
    /** The statement's, of which this may be a part. */
    private final StatementDeadline deadline;

    private Work work;
    private Work copy;
    /** The statement's text while it runs, where it cannot be repeated but may have to be looked at. */
    private Work kept;

    private Shard shard;
    private Placement placement;
    /** On the connection that the statement has; null while it has none. */
    private Attempt attempt;

    private int retries;
    private boolean ended;
    /** Whether the statement reads the diagnostics of the one before, which it clears all the same. */
    private boolean clearsBehind;

    ShardRun(
            StatementExecutor executor,
            ClientSession session,
            String shardName,
            boolean discardAfterwards,
            Work work,
            ReplyTarget target,
            Aftermath.Learner learner,
            StatementDeadline deadline) {
        this.executor = executor;
        this.session = session;
        this.shardName = shardName;
        this.discardAfterwards = discardAfterwards;
        this.work = work;
        this.target = target;
        this.learner = learner;
        this.deadline = deadline;
    }

    void start() {
        session.activity().unsent(this::dropUnsent);
        shard = executor.shard(shardName);
        if (shard == null) {
            fail(GatewayError.notExecuted("No shard is named " + shardName));
            return;
        }
        if (deadline.isOver()) {
            fail(outcomes().timeIsOver(Outcome.NOT_EXECUTED));
            return;
        }
        placement = new Placement(executor, session, shard, this);
        clearsBehind = executor.flavor() == ServerFlavor.MYSQL && work.info().has(SessionEffect.DIAGNOSTICS_USED);
        if (!clearsBehind && work.step() != Work.Step.FETCHES) {
            clearDiagnostics();
        }
        shard.retries().recordStatement();
        deadline.start(session.loop(), SessionFault.guarded(session, this::timeUp));
        session.activity().whenIdle(this::findBehindLatest);
    }

    private void findBehindLatest() {
        if (session.held() == null) {
            placement.find();
        } else {
            new HeldWait(executor, session, this, placement::find).start();
        }
    }

    @Override
    public void interrupted() {
        notFound(GatewayError.interrupted());
    }

    private void clearDiagnostics() {
        if (Diagnostics.areClearedBy(work.info(), executor.flavor())) {
            forgetDiagnostics();
        }
    }

    private void forgetDiagnostics() {
        session.pins().remove(HoldReason.UNREAD_WARNINGS);
        session.figures().warnings(List.of());
    }

    /** What of the session's diagnostics a statement has cleared that could read them before, or of which its text does not tell. */
    void clearDiagnosticsBehind(List<NamedEffect> named) {
        if (clearsBehind) {
            clearDiagnostics();
        } else if (Effects.executesTextWithTables(session, named)) {
            forgetDiagnostics();
        }
    }

    // ---- the connection

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
    public void notFound(GatewayError error) {
        fail(deadline.isOver() ? outcomes().timeIsOver(Outcome.NOT_EXECUTED) : error);
    }

    @Override
    public void found(ShardLease ready, boolean mayBeRepeated) {
        if (session.isClosed()) {
            ready.released();
            ready.connection().releaseAfterReset();
            fail(GatewayError.notExecuted("The client has gone"));
            return;
        }
        if (ended) {
            giveBackUnused(ready);
            return;
        }
        var named = executor.texts().namedEffects(session, work);
        var refusal = refusal(ready, named);
        if (refusal != null) {
            giveBackUnused(ready);
            fail(refusal);
            return;
        }
        attempt = new Attempt(this, executor, session, ready, named);
        deadline.connected();
        attempt.begin();
        if (discardAfterwards) {
            session.pins().spoil();
        }
        copy = mayBeRepeated ? work.again() : null;
        kept = copy == null && outcomes().dependsOnEngines() ? work.again() : null;
        if (work.asksForCursor()
                && (ready.role() == Role.REPLICA || !ready.connection().tryPin())) {
            // Rows that come with the execution serve the client as well, and bind it to nothing.
            work.mayOpenCursor(false);
        }
        attempt.send();
    }

    /** Why the statement cannot run on this connection; null where it can. */
    private GatewayError refusal(ShardLease ready, List<NamedEffect> named) {
        var refusal = LatestValues.refusal(session, ready.connection(), work, named);
        if (refusal != null) {
            return refusal;
        }
        boolean keeps = Effects.keepConnection(work.info(), named)
                || LatestValues.keepConnection(session, work.info())
                || (learner != null && learner.keepsConnection());
        return keeps && work.isRun() && !ready.connection().tryPin()
                ? GatewayError.refused(
                        1203,
                        "42000",
                        "Sessions of this tenant keep as many connections to shard " + shardName
                                + " as they may (pool.pinned_percent_per_tenant); end what one of them holds")
                : null;
    }

    private void giveBackUnused(ShardLease unused) {
        unused.released();
        if (session.held() == null || session.held().connection() != unused.connection()) {
            unused.connection().release();
        }
    }

    // ---- what an attempt asks

    ReplyTarget target() {
        return target;
    }

    /** What learns from the reply before the connection is given back; null for none. */
    Aftermath.Learner learner() {
        return learner;
    }

    /** What is known of the statement once it has ended. */
    Outcomes outcomes() {
        return new Outcomes(session, work.info(), shardName, deadline);
    }

    /** Whether an attempt is the one whose answers still count. */
    boolean isOn(Attempt asking) {
        return attempt == asking;
    }

    /** The statement with the values of session functions that the attempt's connection would not know. */
    Work withSessionValues() {
        work = executor.texts().withSessionValues(session, work);
        return work;
    }

    /** What the statement's text touches. */
    Footprint footprint() {
        var text = copy == null ? kept : copy;
        return text == null ? Footprint.UNKNOWN : executor.texts().footprint(session, text);
    }

    /** What the statement has written, as its answer tells it. */
    void wrote(ReplyStatus status) {
        if (work.isRun()) {
            Written.learn(session, shardName, work.info(), status, executor.nanoClock());
        }
    }

    /** The statement has ended without an answer: what it may have written counts as written. */
    void perhapsWrote() {
        if (work.isRun()) {
            Written.perhaps(session, shardName, work.info(), executor.nanoClock());
        }
    }

    // ---- once more

    /** Whether there is what it takes to send the statement again. */
    boolean hasCopy() {
        return copy != null;
    }

    /** The connection is given up; what it still says does not count. */
    void leave() {
        attempt = null;
    }

    /** Has the statement not sent to a server any more, as long as that is a replica. */
    void exclude(ShardNode replica) {
        placement.exclude(replica);
    }

    /** Whether the shard's statements are not repeated too often already; counts where they are not. */
    boolean mayRetry(Retries.Proof proof) {
        return shard.retries().tryRetry(proof);
    }

    /** Tries the statement on another connection. */
    void retry() {
        takeCopy();
        placement.find();
    }

    /** Tries the statement on the shard's new primary, where it may be repeated and there is one in time. */
    void retryOnNewPrimary(GatewayError refused, ShardNode former) {
        if (!mayRetry(Retries.Proof.REFUSED)) {
            fail(refused);
            return;
        }
        takeCopy();
        FailoverWait.start(
                shard, session, executor.settings().failoverWaitNanos(), placement::find, unavailable -> fail(refused));
        shard.topology().suspect(former);
    }

    private void takeCopy() {
        retries++;
        work = copy;
        copy = null;
        attempt = null;
    }

    /** The statement cannot be sent once more. */
    void dropCopy() {
        if (copy != null) {
            copy.drop();
            copy = null;
        }
        if (kept != null) {
            kept.drop();
            kept = null;
        }
    }

    // ---- the end

    void fail(GatewayError error) {
        if (end()) {
            work.drop();
            target.failed(error);
        }
    }

    /** True the first time. */
    boolean end() {
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
        if (attempt == null || !attempt.isSent()) {
            work.drop();
        }
        dropCopy();
    }

    private void timeUp() {
        if (ended) {
            return;
        }
        if (attempt == null) {
            session.activity().interrupt();
            // Where it does not wait, but its connection is being given the session's state.
            fail(outcomes().timeIsOver(Outcome.NOT_EXECUTED));
            return;
        }
        // The shard ends it by an error, which comes as the reply; a shard that is silent gets no more time.
        attempt.cancel();
        deadline.grace(session.loop(), SessionFault.guarded(session, this::notEnded));
    }

    private void notEnded() {
        if (attempt == null) {
            // It is being tried again.
            timeUp();
        } else if (end()) {
            attempt.notEnded();
        }
    }

    /** The shard has ended the statement; what became of it is being found out. */
    void stopClock() {
        deadline.cancel();
    }
}
