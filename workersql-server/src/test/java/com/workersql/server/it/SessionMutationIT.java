// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.workersql.protocol.testing.ForgetfulProxy;
import com.workersql.server.Gateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The comparison of sessions is itself compared: were the gateway to leave out one of the things that it does so that no session meets
 * another one's state, the comparison would find it.
 */
class SessionMutationIT {
    private static final int SESSIONS = 6;
    private static final int CONNECTIONS = 2;
    private static final int OPERATIONS = 2_000;
    private static final long SEED = Long.getLong("workersql.sessions.seed", 20_261_127);

    private static ProxiedFleet<ForgetfulProxy> proxied;
    private static ForgetfulProxy proxy;
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        proxied = ProxiedFleet.start(
                ForgetfulProxy::new, ForgetfulProxy::port, config -> Fleet.withConnectionsToKeep(config, CONNECTIONS));
        proxy = proxied.proxy();
        fleet = proxied.fleet();
    }

    @AfterAll
    static void stop() throws Exception {
        if (proxied != null) {
            proxied.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void theComparisonNoticesWhatIsForgotten(ForgottenStep step) throws Exception {
        assumeTrue(step != ForgottenStep.HANDSHAKE_NAMES || Fleet.isMySql(), "MariaDB brings them back by itself");
        assertThat(difference(step))
                .as("whether sessions differ without %s (seed %d)", step, SEED)
                .isNotNull();
    }

    @Test
    void nothingIsNoticedWhereNothingIsForgotten() throws Exception {
        assertThat(difference(said -> false)).isNull();
    }

    /** What a session is told otherwise than its twin, sooner or later; null when nothing is. */
    private static String difference(Predicate<ForgetfulProxy.Said> forgotten) throws IOException {
        var random = new Random(SEED);
        var scripts = new ArrayList<SessionScript>();
        var twins = new ArrayList<SessionTwin>();
        proxy.forget(forgotten);
        // Another gateway for each, so that no connection is left from the one before.
        try (var gateway = fleet.startAnotherGateway()) {
            try {
                return difference(gateway, random, scripts, twins);
            } finally {
                // First, so that the gateway does not wait for the end of their transactions.
                for (var twin : twins) {
                    twin.close();
                }
            }
        }
    }

    private static String difference(
            Gateway gateway, Random random, List<SessionScript> scripts, List<SessionTwin> twins) throws IOException {
        try {
            for (int i = 0; i < SESSIONS; i++) {
                scripts.add(new SessionScript(SEED, i, !Fleet.isMySql(), false));
                twins.add(new SessionTwin(fleet, gateway, "acme", "forgetful-" + i, SessionTwin.CAPABILITIES));
                scripts.get(i).begin(twins.get(i));
            }
            for (int i = 0; i < OPERATIONS; i++) {
                int session = random.nextInt(SESSIONS);
                long bound = scripts.stream().filter(SessionScript::isBound).count();
                scripts.get(session).next(bound < CONNECTIONS - 1).run(twins.get(session));
            }
            return null;
        } catch (AssertionError difference) {
            return difference.getMessage();
        }
    }
}
