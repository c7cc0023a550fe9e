// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.breaker.BreakerMode;
import com.workersql.breaker.BreakerState;
import com.workersql.breaker.CircuitBreaker;
import com.workersql.router.ServerFlavor;
import com.workersql.server.health.ShardIdentity;
import com.workersql.server.session.TrackingSettings;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OneFamilyTest {
    private static final ShardIdentity MARIADB = identity(ServerFlavor.MARIADB, 110_405);
    private static final ShardIdentity MYSQL = identity(ServerFlavor.MYSQL, 90_100);

    private final Map<String, CircuitBreaker> gates = Map.of("a", gate(), "b", gate());
    private final OneFamily family = new OneFamily();

    private static ShardIdentity identity(ServerFlavor flavor, int version) {
        return new ShardIdentity(flavor, version, flavor.toString(), "", 151, TrackingSettings.DEFAULT, "h:3306:1");
    }

    private static CircuitBreaker gate() {
        return CircuitBreaker.builder().build(() -> 0, new Random(1));
    }

    private BreakerState state(String shard) {
        return gates.get(shard).state();
    }

    @Test
    void aShardOfAnotherFamilyIsShutUntilItIsOfTheSame() {
        family.hold(Map.of("a", MARIADB, "b", MYSQL), ServerFlavor.MYSQL, gates::get);
        assertThat(state("a")).isEqualTo(BreakerState.OPEN);
        assertThat(state("b")).isEqualTo(BreakerState.CLOSED);

        family.hold(Map.of("a", MARIADB, "b", MARIADB), ServerFlavor.MARIADB, gates::get);

        assertThat(state("a")).isEqualTo(BreakerState.CLOSED);
        assertThat(state("b")).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void behindAFailoverTheGateOfTheFormerPrimaryIsLeft() {
        var former = gate();
        family.hold(Map.of("a", MYSQL), ServerFlavor.MARIADB, name -> former);
        family.hold(Map.of("a", MYSQL), ServerFlavor.MARIADB, gates::get);

        assertThat(former.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(state("a")).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void whatAnOperatorHasShutStaysShut() {
        gates.get("a").mode(BreakerMode.FORCED_OPEN);

        family.hold(Map.of("a", MYSQL, "b", MYSQL), ServerFlavor.MYSQL, gates::get);

        assertThat(state("a")).isEqualTo(BreakerState.OPEN);
    }
}
