// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.router.RoutePlan;
import com.workersql.router.Router;
import com.workersql.router.SessionEffect;
import com.workersql.router.Statement;
import com.workersql.router.StatementKind;
import com.workersql.router.policy.TenantColumns;
import com.workersql.server.results.ResultCache;
import com.workersql.server.session.ClientSession;
import java.util.Collection;
import java.util.List;
import java.util.function.LongSupplier;

/** Tells the cache of results of writes: of the tables that they name where these change alone, and of all otherwise. */
final class CachedWrites {
    private final StatementExecutor executor;
    private final Router router;
    private final ResultCache cache;
    private final LongSupplier nanoClock;

    CachedWrites(StatementExecutor executor, Router router, ResultCache cache, LongSupplier nanoClock) {
        this.executor = executor;
        this.router = router;
        this.cache = cache;
        this.nanoClock = nanoClock;
    }

    /** A statement is about to run that may write: remembers what, until its transaction has ended. */
    void begin(ClientSession session, RoutePlan plan, Statement statement) {
        var info = plan.statement();
        if (info.readsOnly() || statement == null || plan instanceof RoutePlan.Refused) {
            return;
        }
        switch (info.kind()) {
            case INSERT, REPLACE, UPDATE, DELETE -> {
                var footprint = router.footprint(statement);
                boolean isKnown = footprint.isComplete() && !info.has(SessionEffect.CALL);
                for (String shard : shards(plan)) {
                    touch(session, shard, isKnown ? footprint.tables() : List.of());
                }
            }
            case SET, SET_TRANSACTION, BEGIN, COMMIT, ROLLBACK, SAVEPOINT, USE, PREPARE, DEALLOCATE, KILL -> {}
            default -> {
                boolean locksOnly = info.kind() == StatementKind.SELECT && !info.has(SessionEffect.CALL);
                if (!locksOnly) {
                    shards(plan).forEach(session.touched()::definitions);
                }
            }
        }
    }

    private void touch(ClientSession session, String shard, List<String> tables) {
        String tenant = session.principal().tenant();
        var moment = cache.schemas().now(tenant, shard, nanoClock.getAsLong());
        boolean isAll = !tables.isEmpty() && cache.schemas().changeAlone(tenant, shard, tables);
        session.touched().tables(shard, tables, moment);
        if (!isAll) {
            session.touched().anything(shard);
        }
    }

    private Collection<String> shards(RoutePlan plan) {
        if (plan instanceof RoutePlan.SingleShard single) {
            return List.of(single.shard());
        }
        return plan instanceof RoutePlan.Broadcast broadcast ? broadcast.shards() : executor.shardNames();
    }

    /**
     * A statement has ended, however it did.
     *
     * @param transactionOver whether nothing that was written waits for the end of a transaction any more
     */
    void ended(ClientSession session, boolean transactionOver) {
        var touched = session.touched();
        if (transactionOver && touched.isAny()) {
            // What tenants who share tables set off may change the rows of others.
            boolean isAlone = router.policy().tenantColumns().equals(TenantColumns.NONE);
            touched.tell(cache, isAlone ? session.principal().tenant() : null);
        }
    }
}
