// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.PermissionClass;
import com.workersql.server.http.query.FakeSessions;
import com.workersql.server.http.query.SessionQueue;
import com.workersql.server.session.Principal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.channel.embedded.EmbeddedChannel;
import java.security.SecureRandom;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpSessionsTest {
    private static final int USERS = 100;
    private static final SessionQueue.Limits LIMITS = new SessionQueue.Limits(1, 1_000, 1_000, 0);

    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final FakeSessions fake = new FakeSessions();
    private final HttpSessions sessions = new HttpSessions(
            fake,
            new SessionTokens(new byte[32], 0, new SecureRandom()),
            new SessionSettings(USERS, 2, 1, 1_000, 1_000, 1_000),
            gateway -> null,
            new SimpleMeterRegistry());

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private static Principal user(int number) {
        return new Principal("user_" + number, "acme", "acme", Set.of(PermissionClass.READ));
    }

    /** Whoever signs tokens may name as many users as it likes. */
    @Test
    void keepsNoCountOfUsersWhoseSessionsHaveEnded() throws Exception {
        for (int number = 0; number < USERS; number++) {
            sessions.open(user(number), channel.eventLoop(), "127.0.0.1", LIMITS);
        }
        assertThat(sessions.users()).isEqualTo(USERS);

        channel.advanceTimeBy(2, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(fake.openCount()).isZero();
        assertThat(sessions.users()).isZero();
    }
}
