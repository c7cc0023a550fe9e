// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Sessions that share two connections to a shard are told the same, to the byte, as sessions that have a server for themselves.
 * {@code -Dworkersql.sessions.operations=20000 -Dworkersql.sessions.concurrent=500000} makes it long, {@code
 * -Dworkersql.sessions.seed} repeats a run, and {@code
 * -Dworkersql.mysql.ports=3571,3572} has MySQL servers in the place of the embedded ones.
 */
class SessionDifferentialIT {
    private static final int SESSIONS = 8;
    /** So many that they wait for each other's connections, and get whichever is given back first. */
    private static final int CONCURRENT_SESSIONS = 40;

    private static final int CONNECTIONS = 2;
    private static final int BINDS_ONCE_IN = 15;

    private static final int OPERATIONS = Integer.getInteger("workersql.sessions.operations", 1_600);
    private static final int CONCURRENT_OPERATIONS = Integer.getInteger("workersql.sessions.concurrent", OPERATIONS);
    private static final long SEED = Long.getLong("workersql.sessions.seed", 20_261_126);

    private static Fleet fleet;
    private static SessionKinds kinds;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(config -> Fleet.withConnectionsToKeep(config, CONNECTIONS));
        kinds = new SessionKinds(fleet, SEED);
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @Test
    void sessionsThatTakeTurnsAreToldWhatTheyWouldBeToldAlone() throws Exception {
        var random = new Random(SEED);
        var scripts = new ArrayList<SessionScript>();
        var twins = new ArrayList<SessionTwin>();
        var differences = new Differences();
        try {
            for (int i = 0; i < SESSIONS; i++) {
                scripts.add(kinds.script(i));
                twins.add(kinds.twin("serial-" + i, i));
                scripts.get(i).begin(twins.get(i));
            }
            for (int i = 0; i < OPERATIONS; i++) {
                int session = random.nextInt(SESSIONS);
                long bound = scripts.stream().filter(SessionScript::isBound).count();
                say(scripts.get(session), twins.get(session), bound < CONNECTIONS - 1, differences);
            }
        } finally {
            for (var twin : twins) {
                twin.close();
            }
        }
        assertThat(twins.stream().mapToLong(SessionTwin::operations).sum())
                .as("operations with seed %d", SEED)
                .isGreaterThanOrEqualTo(OPERATIONS);
        differences.assertNone();
    }

    @Test
    void sessionsAtTheSameTimeAreToldWhatTheyWouldBeToldAlone() throws Exception {
        var mayBind = new Semaphore(CONNECTIONS - 1);
        var differences = new Differences();
        long operations = 0;
        var threads = Executors.newFixedThreadPool(CONCURRENT_SESSIONS);
        try {
            var tasks = new ArrayList<Callable<Long>>();
            for (int i = 0; i < CONCURRENT_SESSIONS; i++) {
                int number = SESSIONS + i;
                tasks.add(() -> run(number, mayBind, differences));
            }
            for (var result : threads.invokeAll(tasks)) {
                operations += result.get();
            }
        } finally {
            threads.shutdownNow();
            threads.awaitTermination(1, TimeUnit.MINUTES);
            System.out.printf(
                    "%,d operations at the same time with seed %d, %d differences, %.1f %% of free statements moved%n",
                    operations, SEED, differences.count(), 100 * movedShare());
        }
        differences.assertNone();
        assertThat(operations).isGreaterThanOrEqualTo(CONCURRENT_OPERATIONS);
        assertThat(movedShare())
                .as("the share of statements that changed their connection: without, nothing was shown")
                .isGreaterThan(0.2);
    }

    /** Goes on behind a difference with a new session, so that one run tells of many. */
    private static void say(SessionScript script, SessionTwin twin, boolean mayBind, Differences differences)
            throws Exception {
        try {
            script.next(mayBind).run(twin);
        } catch (AssertionError e) {
            differences.add(e.getMessage());
            script.startOver();
            twin.breakOff();
            script.begin(twin);
        }
    }

    private static long run(int number, Semaphore mayBind, Differences differences) throws Exception {
        var script = kinds.script(number);
        var random = new Random(SEED + number);
        boolean holds = false;
        try (var twin = kinds.twin("concurrent-" + number, number)) {
            script.begin(twin);
            while (twin.operations() < CONCURRENT_OPERATIONS / CONCURRENT_SESSIONS) {
                if (!holds) {
                    // While one session has a connection to itself, all others are on the other one, and none moves.
                    holds = random.nextInt(BINDS_ONCE_IN) == 0 && mayBind.tryAcquire();
                }
                say(script, twin, holds, differences);
                if (holds && !script.isBound()) {
                    holds = false;
                    mayBind.release();
                }
            }
            return twin.operations();
        }
    }

    /** Statements of sessions that nothing bound, and how many of all ran on another connection than the one before. */
    private static double movedShare() throws Exception {
        var http = new Http(fleet, "acme");
        double free = http.metric("workersql_session_statements_total", "pinned=\"false\"");
        return http.metric("workersql_session_moves_total") / free;
    }
}
