// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.server.config.StatementsConfig;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * How many statements there may be, at one time and in a second, of one tenant and in all. What comes when a limit is reached is
 * refused at once: those that are under way are closer to their end. Safe for all threads.
 */
public final class Admission {
    private final StatementsConfig config;
    private final LongSupplier nanoClock;
    private final Load all;
    private final ConcurrentMap<String, Load> tenants = new ConcurrentHashMap<>();
    private final LongAdder refused = new LongAdder();

    /**
     * Admits within the limits of a configuration.
     *
     * @param config the limits
     * @param nanoClock a monotonic clock
     */
    public Admission(StatementsConfig config, LongSupplier nanoClock) {
        this.config = config;
        this.nanoClock = nanoClock;
        this.all = new Load(config.maxConcurrent(), config.maxPerSecond());
    }

    /**
     * Asks for one statement to be let in.
     *
     * @param session whose statement it is
     * @param target takes the error of a statement that is not
     * @return a target that passes everything on and takes note of the statement's end; null when the statement is refused and
     *     the target knows it
     */
    PrepareTarget admit(ClientSession session, ReplyTarget target) {
        String tenant = session.principal().tenant();
        var own = tenant == null ? null : load(tenant);
        boolean mayRefuse = !session.transaction().isOpen();
        long now = nanoClock.getAsLong();
        String limit = own == null ? null : own.enter(now, mayRefuse, true);
        if (limit == null) {
            limit = all.enter(now, mayRefuse, false);
            if (limit != null && own != null) {
                own.leave();
            }
        }
        if (limit != null) {
            refused.increment();
            target.failed(new GatewayError(
                    1203,
                    "42000",
                    "Too many statements: the limit is " + limit,
                    limit.contains("per_tenant") ? ErrorClass.QUOTA : ErrorClass.UNAVAILABLE,
                    Outcome.NOT_EXECUTED));
            return null;
        }
        var place = new Place(own, all);
        session.activity().admitted(place);
        return AdmittedTarget.of(target, place);
    }

    private Load load(String tenant) {
        var known = tenants.get(tenant);
        return known != null
                ? known
                : tenants.computeIfAbsent(
                        tenant, name -> new Load(config.maxConcurrentPerTenant(), config.maxPerSecondPerTenant()));
    }

    /** The place of one statement among those that may run at one time. Confined to its session's event loop. */
    private static final class Place implements Runnable {
        private final Load own;
        private final Load all;
        private boolean left;

        Place(Load own, Load all) {
            this.own = own;
            this.all = all;
        }

        /** Leaves it, once. */
        @Override
        public void run() {
            if (!left) {
                left = true;
                all.leave();
                if (own != null) {
                    own.leave();
                }
            }
        }
    }

    /** {@return how many statements are under way} */
    public int running() {
        return all.running.get();
    }

    /** {@return how many statements were refused since the start} */
    public long refused() {
        return refused.sum();
    }

    /** What runs now and came lately. */
    private static final class Load {
        private final int maxConcurrent;
        private final RateLimit rate;
        private final AtomicInteger running = new AtomicInteger();

        Load(int maxConcurrent, int maxPerSecond) {
            this.maxConcurrent = maxConcurrent;
            this.rate = maxPerSecond == 0 ? null : new RateLimit(maxPerSecond);
        }

        /** The limit that is reached, with its setting's name; null when the statement is in. */
        String enter(long nowNanos, boolean mayRefuse, boolean ofTenant) {
            int now = running.incrementAndGet();
            String suffix = ofTenant ? "_per_tenant" : "";
            String limit = null;
            if (mayRefuse && maxConcurrent > 0 && now > maxConcurrent) {
                limit = maxConcurrent + " at one time (statements.max_concurrent" + suffix + ")";
            } else if (mayRefuse && rate != null && !rate.tryTake(nowNanos)) {
                limit = rate.perSecond() + " in a second (statements.max_per_second" + suffix + ")";
            }
            if (limit != null) {
                running.decrementAndGet();
            }
            return limit;
        }

        void leave() {
            running.decrementAndGet();
        }
    }
}
