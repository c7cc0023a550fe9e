// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.BreakerState;
import com.workersql.router.Footprint;
import com.workersql.router.Hints;
import com.workersql.router.Hints.Consistency;
import com.workersql.router.Router;
import com.workersql.router.SessionEffect;
import com.workersql.router.Statement;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.results.CachedResult;
import com.workersql.server.results.KnownSchemas;
import com.workersql.server.results.ResultCache;
import com.workersql.server.results.ResultKey;
import com.workersql.server.session.ClientSession;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Answers reads from the cache of results where the policies of their tables allow it, and gathers answers for it. On the session's
 * event loop.
 */
final class CachedReads {
    private static final int MAX_SQL_BYTES = 64 * 1024;

    private final StatementExecutor executor;
    private final Router router;
    private final ResultCache cache;
    private final LongSupplier nanoClock;

    CachedReads(StatementExecutor executor, Router router, ResultCache cache, LongSupplier nanoClock) {
        this.executor = executor;
        this.router = router;
        this.cache = cache;
        this.nanoClock = nanoClock;
    }

    /** Whether a policy has any answer kept; while none has, nothing here costs anything. */
    boolean isOn() {
        return cache.isEnabled() && router.policy().keepsAnswers();
    }

    /**
     * Answers a read, or lets it be run.
     *
     * @param statement as the client wrote it
     * @param work as it would be sent
     * @param deadline of the read
     * @param run runs it for the target that it gets, now or later
     */
    void answer(
            ClientSession session,
            String shardName,
            Statement statement,
            Work work,
            ReplyTarget target,
            StatementDeadline deadline,
            Consumer<ReplyTarget> run) {
        if (statement == null || !isOpen(session, work)) {
            run.accept(target);
            return;
        }
        var footprint = router.footprint(statement);
        var parameters = work.parameterBytes();
        byte[] sql = work.sql();
        if (footprint.caching() == null
                || footprint.hints().consistency() == Consistency.STRONG
                || !footprint.isRepeatable()
                || parameters == null
                || sql.length > MAX_SQL_BYTES) {
            run.accept(target);
            return;
        }
        var key = key(session, shardName, sql, parameters, work);
        var found = cache.find(key);
        var verdict = found == null ? Verdict.MISS : verdict(found, footprint, shardName);
        cache.count(verdict != Verdict.MISS, verdict != Verdict.FRESH);
        if (verdict == Verdict.MISS) {
            // Where the shard turns out to be sick only now, the old answer may still do.
            var instead = found != null && isWithin(found, footprint, true) ? found : null;
            Consumer<Boolean> gathered = isToBeKept -> {
                if (!isToBeKept && instead == null) {
                    run.accept(target);
                    return;
                }
                run.accept(new Gathering(
                        target,
                        isToBeKept ? fill(session, shardName, footprint, key) : null,
                        cache.maxEntryBytes(),
                        error -> {
                            if (instead == null || !isOfSickShard(error)) {
                                return false;
                            }
                            new Replay(session, executor, work.info(), instead, error.message(), nanoClock).to(target);
                            return true;
                        }));
            };
            whenKnown(session, shardName, footprint, deadline, gathered, error -> {
                work.drop();
                target.failed(error);
            });
            return;
        }
        if (verdict == Verdict.RENEW && found.startRenewal()) {
            renew(session, shardName, footprint, key, work, found);
        }
        String trouble = verdict == Verdict.STALE ? "shard " + shardName + " is failing" : null;
        var replay = new Replay(session, executor, work.info(), found, trouble, nanoClock);
        work.drop();
        replay.to(target);
    }

    private ResultCache.Filling fill(ClientSession session, String shardName, Footprint footprint, ResultKey key) {
        return cache.fill(key, session.principal().tenant(), shardName, footprint.tables(), nanoClock.getAsLong());
    }

    /**
     * Finds out, where it is not known, whether the tables of a read change alone: otherwise writes would not end its answer.
     *
     * @param ended takes the error of a read that was ended meanwhile
     */
    private void whenKnown(
            ClientSession session,
            String shardName,
            Footprint footprint,
            StatementDeadline deadline,
            Consumer<Boolean> then,
            Consumer<GatewayError> ended) {
        var tables = footprint.tables();
        String tenant = session.principal().tenant();
        var known = cache.schemas();
        var schemas = KnownSchemas.schemas(tables);
        Runnable decide = () -> then.accept(known.haveOwnRows(tenant, shardName, tables));
        if (schemas == null || known.areKnown(tenant, shardName, schemas, nanoClock.getAsLong())) {
            decide.run();
            return;
        }
        var reader = new SchemaInquiry.Reader() {
            @Override
            public void goOn() {
                decide.run();
            }

            @Override
            public void ended(GatewayError error) {
                ended.accept(error);
            }
        };
        new SchemaInquiry(executor, session, known, shardName, schemas, deadline, reader).start();
    }

    private enum Verdict {
        /** Young enough. */
        FRESH,
        /** A little too old: to be given out once more, and to be renewed. */
        RENEW,
        /** A little too old, and its shard cannot renew it. */
        STALE,
        MISS
    }

    private Verdict verdict(CachedResult found, Footprint footprint, String shardName) {
        if (isWithin(found, footprint, false)) {
            return Verdict.FRESH;
        }
        if (!isWithin(found, footprint, true)) {
            return Verdict.MISS;
        }
        var shard = executor.shard(shardName);
        boolean failing = shard == null
                || shard.topology().trouble() != null
                || shard.calls().state() != BreakerState.CLOSED
                || (shard.connects().state() != BreakerState.CLOSED
                        && shard.pool().stats(shard.primary()).open() == 0);
        if (failing) {
            return Verdict.STALE;
        }
        boolean isBounded = footprint.hints().consistency() == Consistency.BOUNDED
                || footprint.hints().cacheTtlMillis() != Hints.AS_THE_POLICY;
        return isBounded ? Verdict.MISS : Verdict.RENEW;
    }

    private boolean isWithin(CachedResult found, Footprint footprint, boolean stale) {
        var caching = footprint.caching();
        var hints = footprint.hints();
        long bound = hints.consistency() == Consistency.BOUNDED ? hints.boundMillis() : Long.MAX_VALUE;
        long limit = Math.min(caching.ttlMillis(), Math.min(bound, hints.cacheTtlMillis()));
        long age = found.ageMillis(nanoClock.getAsLong());
        return stale ? age - limit <= caching.swrMillis() : age <= limit;
    }

    private static boolean isOfSickShard(GatewayError error) {
        return switch (error.errorClass()) {
            case UNAVAILABLE, SHARD_DIED -> true;
            default -> false;
        };
    }

    /** Runs the read once more, in a session of its own that is like the client's. */
    private void renew(
            ClientSession session, String shardName, Footprint footprint, ResultKey key, Work work, CachedResult old) {
        var own = new ClientSession(
                session.id(),
                session.loop(),
                session.principal(),
                session.capabilities(),
                session.collation(),
                session.clientHost(),
                session.schema(),
                session.sqlModes(),
                0);
        own.variables(session.variables());
        own.onFault(error -> old.endRenewal());
        var again = work.again();
        var deadline = executor.deadline(own);
        var ending = new Ending(() -> {
            old.endRenewal();
            session.loop().execute(() -> executor.close(own));
        });
        Consumer<Boolean> gathered = isToBeKept -> executor.runOn(
                own,
                shardName,
                false,
                again,
                new Gathering(
                        ending,
                        isToBeKept ? fill(own, shardName, footprint, key) : null,
                        cache.maxEntryBytes(),
                        error -> false),
                null,
                deadline);
        session.loop()
                .execute(SessionFault.guarded(
                        own,
                        () -> whenKnown(own, shardName, footprint, deadline, gathered, error -> {
                            again.drop();
                            ending.failed(error);
                        })));
    }

    /** Whether a session's read could be answered by anybody else's answer. */
    private static boolean isOpen(ClientSession session, Work work) {
        var info = work.info();
        return info.kind() == StatementKind.SELECT
                && info.readsOnly()
                && work.isRun()
                && session.held() == null
                && session.activity().running() == null
                && session.transaction().nextStandsAlone()
                && !info.has(SessionEffect.USER_VARIABLE)
                && !info.has(SessionEffect.FOUND_ROWS)
                && !info.has(SessionEffect.LAST_INSERT_ID);
    }

    private static ResultKey key(ClientSession session, String shardName, byte[] sql, byte[] parameters, Work work) {
        return new ResultKey(
                session.principal().tenant(),
                shardName,
                session.schema(),
                session.variables().assignments(),
                ConnectionKeys.ofTheClient(session.capabilities()),
                session.collation(),
                work.hasBinaryRows(),
                sql,
                parameters);
    }

    /** What a run that nobody waits for is for. */
    private static final class Ending extends Silent {
        private final Runnable over;

        Ending(Runnable over) {
            this.over = over;
        }

        @Override
        protected void ended() {
            over.run();
        }
    }

    static List<String[]> note(CachedResult result, String trouble, long nowNanos) {
        return List.<String[]>of(new String[] {
            "Note", "1105", "The answer is from the cache and " + result.ageMillis(nowNanos) + " ms old: " + trouble
        });
    }
}
