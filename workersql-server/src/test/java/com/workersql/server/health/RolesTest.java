// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.pool.Endpoint;
import com.workersql.router.ServerFlavor;
import com.workersql.server.session.TrackingSettings;
import java.util.List;
import org.junit.jupiter.api.Test;

class RolesTest {
    private static final EndpointHealth UNKNOWN = EndpointHealth.unknown(new Endpoint("db", 3306));
    private static final EndpointHealth WRITABLE = up(false, false);
    private static final EndpointHealth READ_ONLY = up(true, false);
    private static final EndpointHealth REPLICA = up(true, true);
    private static final EndpointHealth WRITABLE_REPLICA = up(false, true);
    private static final EndpointHealth DOWN = WRITABLE.down("refused");

    private static EndpointHealth up(boolean readOnly, boolean replicates) {
        var identity = new ShardIdentity(
                ServerFlavor.MARIADB, 110_405, "11.4.5-MariaDB", "", 151, TrackingSettings.DEFAULT, "a:3306:1");
        return UNKNOWN.up(new ServerReport(identity, readOnly, "", replicates, replicates ? 1_000 : -1), 0);
    }

    private static Roles.Verdict of(EndpointHealth... servers) {
        return Roles.of(List.of(servers), 0);
    }

    @Test
    void aShardOfOneServerHasNoChoice() {
        for (var only : List.of(UNKNOWN, WRITABLE, READ_ONLY, DOWN)) {
            assertThat(of(only)).isEqualTo(new Roles.Verdict(0, null));
        }
    }

    @Test
    void theOneThatTakesWritesIsThePrimary() {
        assertThat(of(WRITABLE, REPLICA).primary()).isZero();
        assertThat(of(REPLICA, WRITABLE).primary()).isEqualTo(1);
        assertThat(of(DOWN, WRITABLE).primary()).isEqualTo(1);
        assertThat(of(READ_ONLY, REPLICA, WRITABLE).primary()).isEqualTo(2);
    }

    @Test
    void aReplicaThatIsNotReadOnlyIsNoPrimary() {
        assertThat(of(WRITABLE, WRITABLE_REPLICA).primary()).isZero();
        assertThat(of(DOWN, WRITABLE_REPLICA).primary()).isEqualTo(-1);
    }

    @Test
    void ofTwoThatTakeWritesNoneGetsAny() {
        var verdict = of(WRITABLE, WRITABLE);
        assertThat(verdict.primary()).isEqualTo(-1);
        assertThat(verdict.trouble()).contains("two servers take writes");
    }

    @Test
    void whileNoneTakesWritesThereIsNoPrimary() {
        assertThat(of(DOWN, REPLICA).trouble()).contains("is down");
        assertThat(of(READ_ONLY, REPLICA).trouble()).contains("is read-only or a replica");
    }

    @Test
    void beforeItWasAskedTheConfiguredPrimaryIsBelieved() {
        assertThat(of(UNKNOWN, UNKNOWN)).isEqualTo(new Roles.Verdict(0, null));
        assertThat(of(UNKNOWN, REPLICA)).isEqualTo(new Roles.Verdict(0, null));
    }
}
