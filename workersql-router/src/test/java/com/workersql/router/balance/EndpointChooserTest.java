// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.balance;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.Hints;
import com.workersql.router.PermissionClass;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class EndpointChooserTest {
    private static final StatementInfo READ = info(true);
    private static final StatementInfo WRITE = info(false);
    private static final Hints STRONG = hints(Hints.Consistency.STRONG, 0);
    private static final Hints WEAK = hints(Hints.Consistency.WEAK, 0);

    private final EndpointChooser chooser = new EndpointChooser(5_000, true, new Random(1));

    private static StatementInfo info(boolean readsOnly, SessionEffect... effects) {
        return new StatementInfo(StatementKind.SELECT, readsOnly, PermissionClass.READ, Set.of(effects), "");
    }

    private static Hints hints(Hints.Consistency consistency, long bound) {
        return Hints.NONE.withConsistency(consistency, bound);
    }

    private static EndpointView primary(double weight) {
        return new EndpointView("primary", true, true, 0, 1e6, weight, -1);
    }

    private static EndpointView replica(String name, int inFlight, double latency, double weight, long lag) {
        return new EndpointView(name, false, true, inFlight, latency, weight, lag);
    }

    private String choose(StatementInfo info, Hints hints, boolean bound, ReadFence fence, EndpointView... endpoints) {
        EndpointView chosen = chooser.choose(info, hints, bound, fence, List.of(endpoints), 1_000);
        return chosen == null ? null : chosen.name();
    }

    private Map<String, Integer> counts(EndpointView... endpoints) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < 10_000; i++) {
            counts.merge(choose(READ, Hints.NONE, false, ReadFence.NONE, endpoints), 1, Integer::sum);
        }
        return counts;
    }

    @Test
    void whatNeedsThePrimaryNeverGoesToAReplica() {
        EndpointView[] both = {primary(0), replica("r", 0, 1, 1, 0)};
        assertThat(choose(READ, Hints.NONE, false, ReadFence.NONE, both)).isEqualTo("r");
        assertThat(choose(WRITE, Hints.NONE, false, ReadFence.NONE, both)).isEqualTo("primary");
        assertThat(choose(WRITE, WEAK, false, ReadFence.NONE, both)).isEqualTo("primary");
        assertThat(choose(READ, Hints.NONE, true, ReadFence.NONE, both)).isEqualTo("primary");
        assertThat(choose(READ, WEAK, true, ReadFence.NONE, both)).isEqualTo("primary");
        assertThat(choose(READ, STRONG, false, ReadFence.NONE, both)).isEqualTo("primary");
        assertThat(choose(info(true, SessionEffect.ROW_LOCK), WEAK, false, ReadFence.NONE, both))
                .isEqualTo("primary");
        assertThat(choose(info(true, SessionEffect.LAST_INSERT_ID_USED), WEAK, false, ReadFence.NONE, both))
                .isEqualTo("primary");
        assertThat(choose(info(true, SessionEffect.USER_VARIABLE_USED), WEAK, false, ReadFence.NONE, both))
                .isEqualTo("primary");
    }

    @Test
    void aBoundLooserThanTheLimitDoesNotLoosenIt() {
        Hints bounded = hints(Hints.Consistency.BOUNDED, 60_000);
        assertThat(choose(READ, bounded, false, ReadFence.NONE, primary(0), replica("r", 0, 1, 1, 5_000)))
                .isEqualTo("r");
        assertThat(choose(READ, bounded, false, ReadFence.NONE, primary(0), replica("r", 0, 1, 1, 5_001)))
                .isEqualTo("primary");
        assertThat(choose(READ, WEAK, false, ReadFence.NONE, primary(0), replica("r", 0, 1, 1, 5_001)))
                .isEqualTo("primary");
    }

    @Test
    void aServerOfNoWeightIsReadFromOnlyWhereThereIsNoOther() {
        assertThat(choose(READ, WEAK, false, ReadFence.NONE, primary(0), replica("r", 0, 1, 0, 0)))
                .isEqualTo("primary");
        assertThat(counts(primary(0.1), replica("r", 0, 1e6, 1, 0))).containsOnlyKeys("r");
        assertThat(counts(primary(1), replica("r", 0, 5e6, 1, 0))).containsOnlyKeys("primary");
    }

    @Test
    void whereNoServerMayBeCalledThereIsNone() {
        var ill = new EndpointView("ill", false, false, 0, 1, 1, 0);
        var lost = new EndpointView("primary", true, false, 0, 1, 1, -1);
        assertThat(choose(READ, WEAK, false, ReadFence.NONE, lost, ill)).isNull();
        assertThat(choose(READ, WEAK, false, ReadFence.NONE)).isNull();
    }

    @Test
    void aSessionsOwnWritesAreReadWhereTheyAre() {
        EndpointView[] all = {primary(0), replica("fresh", 0, 1, 1, 0), replica("behind", 0, 1, 1, 0)};
        assertThat(choose(READ, Hints.NONE, false, new ReadFence(true, Set.of(), Long.MAX_VALUE), all))
                .isEqualTo("primary");
        for (int i = 0; i < 100; i++) {
            assertThat(choose(READ, Hints.NONE, false, new ReadFence(true, Set.of("fresh"), Long.MAX_VALUE), all))
                    .isEqualTo("fresh");
        }
        assertThat(choose(READ, Hints.NONE, false, new ReadFence(true, Set.of(), 1_001), all))
                .isEqualTo("primary");
        assertThat(choose(READ, Hints.NONE, false, new ReadFence(true, Set.of(), 1_000), all))
                .isNotEqualTo("primary");
    }

    @Test
    void replicasTooFarBehindAreLeftOut() {
        assertThat(choose(READ, Hints.NONE, false, ReadFence.NONE, primary(0), replica("r", 0, 1, 1, 5_000)))
                .isEqualTo("r");
        assertThat(choose(READ, Hints.NONE, false, ReadFence.NONE, primary(0), replica("r", 0, 1, 1, 5_001)))
                .isEqualTo("primary");
        assertThat(choose(READ, Hints.NONE, false, ReadFence.NONE, primary(0), replica("r", 0, 1, 1, -1)))
                .isEqualTo("primary");
        Hints bounded = hints(Hints.Consistency.BOUNDED, 100);
        assertThat(choose(READ, bounded, false, ReadFence.NONE, primary(0), replica("r", 0, 1, 1, 100)))
                .isEqualTo("r");
        assertThat(choose(READ, bounded, false, ReadFence.NONE, primary(0), replica("r", 0, 1, 1, 101)))
                .isEqualTo("primary");
    }

    @Test
    void serversThatAreNotHealthyAreLeftOut() {
        var ill = new EndpointView("ill", false, false, 0, 1, 1, 0);
        assertThat(choose(READ, WEAK, false, ReadFence.NONE, primary(0), ill)).isEqualTo("primary");
        var lost = new EndpointView("primary", true, false, 0, 1, 1, -1);
        assertThat(choose(WRITE, Hints.NONE, false, ReadFence.NONE, lost, replica("r", 0, 1, 1, 0)))
                .isNull();
        assertThat(choose(READ, Hints.NONE, false, ReadFence.NONE, lost, replica("r", 0, 1, 1, 0)))
                .isEqualTo("r");
    }

    @Test
    void withoutAskingReadsStayOnThePrimaryWhereThatIsTheDefault() {
        var careful = new EndpointChooser(5_000, false, new Random(1));
        List<EndpointView> both = List.of(primary(0), replica("r", 0, 1, 1, 0));
        assertThat(careful.choose(READ, Hints.NONE, false, ReadFence.NONE, both, 0)
                        .name())
                .isEqualTo("primary");
        assertThat(careful.choose(READ, WEAK, false, ReadFence.NONE, both, 0).name())
                .isEqualTo("r");
    }

    @Test
    void theCheaperOfTwoIsTaken() {
        assertThat(counts(primary(0), replica("idle", 0, 1e6, 1, 0), replica("busy", 9, 1e6, 1, 0)))
                .containsOnlyKeys("idle");
        assertThat(counts(primary(0), replica("fast", 0, 1e6, 1, 0), replica("slow", 0, 5e6, 1, 0)))
                .containsOnlyKeys("fast");
        assertThat(counts(primary(0), replica("large", 2, 1e6, 4, 0), replica("small", 1, 1e6, 1, 0)))
                .containsOnlyKeys("large");
    }

    @Test
    void ofThreeAlikeEachGetsItsShareAndTheWorstNone() {
        Map<String, Integer> alike =
                counts(replica("a", 0, 1e6, 1, 0), replica("b", 0, 1e6, 1, 0), replica("c", 0, 1e6, 1, 0));
        assertThat(alike.values()).allSatisfy(count -> assertThat(count).isBetween(3_000, 3_700));
        Map<String, Integer> worse =
                counts(replica("a", 0, 1e6, 1, 0), replica("b", 0, 1e6, 1, 0), replica("c", 3, 1e6, 1, 0));
        assertThat(worse).containsOnlyKeys("a", "b");
    }

    @Test
    void aSlowAnswerCountsAtOnceAndIsForgottenSlowly() {
        var latency = new PeakEwma(10_000);
        assertThat(latency.nanos(5)).isZero();
        latency.observe(100, 0);
        latency.observe(900, 1);
        assertThat(latency.nanos(1)).isEqualTo(900);
        latency.observe(100, 1);
        assertThat(latency.nanos(1)).isEqualTo(900);
        latency.observe(100, 10_001);
        assertThat(latency.nanos(10_001)).isBetween(390.0, 400.0);
        latency.observe(100, 200_001);
        assertThat(latency.nanos(200_001)).isBetween(100.0, 101.0);
    }

    @Test
    void aServerThatIsAvoidedIsTriedAgainAfterAWhile() {
        var slow = new PeakEwma(10_000);
        slow.observe(5_000, 0);
        assertThat(slow.nanos(0)).isEqualTo(5_000);
        assertThat(slow.nanos(30_000)).isBetween(248.0, 250.0);
    }
}
