// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.CoreFixture.LOOP_1;
import static com.workersql.pool.CoreFixture.LOOP_2;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

/** What tenants at one endpoint get when it is not enough for all. */
class TenantSharesTest {
    private static final PoolKey ACME = CoreFixture.key("acme", "acme");
    private static final PoolKey ACME_OTHER_SCHEMA = CoreFixture.key("acme2", "acme");
    private static final PoolKey GLOBEX = CoreFixture.key("globex", "globex");

    @Test
    void aTenantNeverHasMoreConnectionsThanItMay() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerTenant(2));
        for (int i = 0; i < 5; i++) {
            f.submit(ACME, LOOP_1);
        }
        f.submit(GLOBEX, LOOP_1);

        assertThat(f.opening.stream().filter(e -> e.key.equals(ACME))).hasSize(2);
        assertThat(f.opening.stream().filter(e -> e.key.equals(GLOBEX))).hasSize(1);
    }

    @Test
    void aTenantAtItsLimitGivesUpAnIdleConnectionOfItsOwn() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerTenant(1));
        f.core.release(f.borrow(ACME, LOOP_1));
        f.core.release(f.borrow(GLOBEX, LOOP_1));

        var waiter = f.submit(ACME_OTHER_SCHEMA, LOOP_1);

        assertThat(f.closeReasons).containsExactly(CloseReason.MAKE_ROOM);
        f.finishOpening();
        assertThat(waiter.entry.key).isEqualTo(ACME_OTHER_SCHEMA);
        assertThat(f.core.stats(0).idle()).as("the other tenant's stays").isEqualTo(1);
    }

    @Test
    void aTenantAtItsLimitBorrowsFromAnotherLoop() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerTenant(1));
        f.core.release(f.borrow(ACME, LOOP_1));

        assertThat(f.submit(ACME, LOOP_2).source).isEqualTo(AcquireSource.FOREIGN);
    }

    @Test
    void aRequestThatTimesOutAtItsTenantsLimitNamesThatLimit() {
        var f = new CoreFixture(PoolConfig.builder().name("shard_7").maxConnectionsPerTenant(1));
        f.borrow(ACME, LOOP_1);
        var waiter = f.submit(ACME, LOOP_1);

        f.core.expire(waiter);

        assertThat(waiter.failure)
                .hasMessageContaining("shard_7")
                .hasMessageContaining("all of 1")
                .hasMessageContaining("maxConnectionsPerTenant");
    }

    @Test
    void aTenantCannotFillTheQueueOfAll() {
        var f = new CoreFixture(PoolConfig.builder()
                .name("shard_7")
                .maxConnectionsPerEndpoint(1)
                .maxWaitersPerEndpoint(10)
                .maxWaitersPerTenant(2));
        f.borrow(ACME, LOOP_1);
        f.submit(ACME, LOOP_1);
        var second = f.submit(ACME, LOOP_1);

        var refused = f.submit(ACME, LOOP_1);
        var other = f.submit(GLOBEX, LOOP_1);

        assertThat(refused.failure)
                .isInstanceOf(PoolExhaustedException.class)
                .hasMessageContaining("shard_7")
                .hasMessageContaining("maxWaitersPerTenant");
        assertThat(other.failure).isNull();
        f.core.expire(second);
        assertThat(f.submit(ACME, LOOP_1).failure).as("a place is free again").isNull();
    }

    @Test
    void aNewcomerIsServedBeforeTheQueueOfAGreedyTenant() {
        var f = new CoreFixture(
                PoolConfig.builder().maxConnectionsPerEndpoint(2).keySwitchMillis(20));
        var first = f.borrow(ACME, LOOP_1);
        f.borrow(ACME, LOOP_1);
        for (int i = 0; i < 50; i++) {
            f.submit(ACME, LOOP_1);
        }
        f.advanceMillis(500);
        var newcomer = f.submit(GLOBEX, LOOP_1);
        f.core.release(first);
        assertThat(f.closeReasons).as("a login is not worth it yet").isEmpty();
        f.advanceMillis(21);

        f.core.release(first);

        assertThat(f.closeReasons).containsExactly(CloseReason.MAKE_ROOM);
        f.finishOpening();
        assertThat(newcomer.entry.key).isEqualTo(GLOBEX);
    }

    @Test
    void whatIsFreedIsSharedByWeight() {
        var f = new CoreFixture(PoolConfig.builder()
                .maxConnectionsPerEndpoint(1)
                .keySwitchMillis(0)
                .tenantWeight(tenant -> tenant.equals("acme") ? 3 : 1));
        var lent = f.borrow(CoreFixture.KEY_A, LOOP_1);
        var waiting = new ArrayDeque<CoreFixture.TestWaiter>();
        for (int i = 0; i < 200; i++) {
            waiting.add(f.submit(i % 2 == 0 ? ACME : GLOBEX, LOOP_1));
        }

        var grants = new HashMap<String, Integer>();
        f.core.discard(lent, CloseReason.DISCARDED);
        for (int n = 0; n < 80; n++) {
            f.advanceMillis(1);
            if (!f.opening.isEmpty()) {
                f.finishOpening();
            }
            var served =
                    waiting.stream().filter(w -> w.entry != null).findFirst().orElseThrow();
            waiting.remove(served);
            grants.merge(served.key.tenant(), 1, Integer::sum);
            f.core.release(served.entry);
        }

        assertThat(grants.get("acme")).isBetween(55, 65);
        assertThat(grants.get("globex")).isBetween(15, 25);
    }

    @Test
    void anotherKeyOfATenantAtItsLimitHasItsTurn() {
        var f = new CoreFixture(PoolConfig.builder().maxConnectionsPerTenant(1).keySwitchMillis(20));
        var lent = f.borrow(ACME, LOOP_1);
        var other = f.submit(ACME_OTHER_SCHEMA, LOOP_1);
        f.advanceMillis(30);
        f.submit(ACME, LOOP_1);

        f.core.release(lent);

        f.finishOpening();
        assertThat(other.entry).isNotNull();
    }

    @Test
    void aConnectionThatIsLeftForSomebodyWhoGaveUpIsNotForgotten() {
        var f = new CoreFixture(
                PoolConfig.builder().maxConnectionsPerEndpoint(1).keySwitchMillis(0));
        var lent = f.borrow(ACME, LOOP_1);
        var gone = f.submit(GLOBEX, LOOP_1);
        var stays = f.submit(ACME, LOOP_1);
        f.advanceMillis(5);
        f.core.cancel(gone);

        f.core.release(lent);

        assertThat(stays.entry).isSameAs(lent);
    }

    @Test
    void aTenantPinsNoMoreThanItsPartOfTheLimit() {
        var f = new CoreFixture(
                PoolConfig.builder().maxConnectionsPerEndpoint(8).maxPinnedPercentPerTenant(25));
        List<Entry<String>> lent = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            lent.add(f.borrow(ACME, LOOP_1));
        }

        assertThat(f.core.tryPin(lent.get(0))).isTrue();
        assertThat(f.core.tryPin(lent.get(1))).isTrue();
        assertThat(f.core.tryPin(lent.get(2))).isFalse();
        assertThat(f.core.tryPin(f.borrow(GLOBEX, LOOP_1))).isTrue();
        assertThat(f.core.stats(0).pinned()).isEqualTo(3);
        f.core.unpin(lent.get(0));
        assertThat(f.core.tryPin(lent.get(2))).isTrue();
    }

    @Test
    void oneConnectionMayAlwaysBePinned() {
        var f = new CoreFixture(
                PoolConfig.builder().maxConnectionsPerEndpoint(1).maxPinnedPercentPerTenant(1));

        assertThat(f.core.tryPin(f.borrow(ACME, LOOP_1))).isTrue();
    }

    @Test
    void ofTwoThatTakeTheLastPlaceAtOnceOneGetsIt() throws Exception {
        int rounds = 20_000;
        var counts = new AtomicInteger[rounds];
        var taken = new AtomicIntegerArray(rounds);
        for (int i = 0; i < rounds; i++) {
            counts[i] = new AtomicInteger(2);
        }
        IntConsumer take = i -> {
            if (TenantShare.tryTake(counts[i], 3)) {
                taken.incrementAndGet(i);
            }
        };

        Crossing.run(rounds, take, take);

        for (int i = 0; i < rounds; i++) {
            assertThat(taken.get(i)).as("takes of round %d", i).isEqualTo(1);
            assertThat(counts[i]).hasValue(3);
        }
    }
}
