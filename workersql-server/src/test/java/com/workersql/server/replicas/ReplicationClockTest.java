// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReplicationClockTest {
    private final ReplicationClock clock = new ReplicationClock();
    private final ServerLoad replica = new ServerLoad();

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private static GtidPosition at(int sequence) {
        return GtidPosition.parse("0-1-" + sequence);
    }

    private long lagAt(long millis) {
        return replica.lagMillis(millis(millis));
    }

    @Test
    void aReplicaIsAsFreshAsTheLatestQuestionWhoseAnswerItCovers() {
        assertThat(lagAt(0)).isEqualTo(-1);
        clock.ofPrimary(at(10), millis(1_000));
        clock.ofPrimary(at(20), millis(1_400));
        clock.ofPrimary(at(30), millis(1_800));
        clock.ofReplica(replica, at(9));
        assertThat(lagAt(2_000)).isEqualTo(-1);
        clock.ofReplica(replica, at(25));
        assertThat(lagAt(2_000)).isEqualTo(600);
        clock.ofReplica(replica, at(30));
        assertThat(lagAt(2_000)).isEqualTo(200);
        assertThat(lagAt(2_500)).isEqualTo(700);
    }

    @Test
    void aReplicaThatStandsStillFallsBehindWhateverItSaysOfItself() {
        clock.ofPrimary(at(10), millis(1_000));
        clock.ofReplica(replica, at(10));
        clock.ofPrimary(at(11), millis(1_400));
        clock.ofReplica(replica, at(10));
        clock.ofReplica(replica, 0, millis(9_000));
        assertThat(lagAt(10_000)).isEqualTo(9_000);
    }

    @Test
    void whereNothingIsWrittenAReplicaStaysFresh() {
        for (int now = 1_000; now < 60_000; now += 400) {
            clock.ofPrimary(at(10), millis(now));
            clock.ofReplica(replica, at(10));
            assertThat(lagAt(now + 400)).isEqualTo(400);
        }
    }

    @Test
    void withoutGtidsItsOwnSecondsCount() {
        clock.ofPrimary(GtidPosition.EMPTY, millis(1_000));
        clock.ofReplica(replica, GtidPosition.EMPTY);
        assertThat(lagAt(2_000)).isEqualTo(-1);
        clock.ofReplica(replica, 3_000, millis(5_000));
        assertThat(lagAt(5_500)).isEqualTo(3_500);
        clock.ofReplica(replica, -1, millis(6_000));
        assertThat(lagAt(7_000)).isEqualTo(5_000);
    }

    @Test
    void anotherPrimaryMakesEverythingUnknown() {
        clock.ofPrimary(at(10), millis(1_000));
        clock.ofReplica(replica, at(10));
        clock.forget(List.of(replica));
        assertThat(lagAt(1_100)).isEqualTo(-1);
        clock.ofReplica(replica, at(10));
        assertThat(lagAt(1_200)).isEqualTo(-1);
    }

    @Test
    void aWriteIsWhereItsTransactionIsOrEverythingOfItsTime() {
        var writes = new SessionWrites();
        writes.wrote("shard_0", "0-1-12", millis(1_500));
        var named = writes.last("shard_0");
        clock.ofPrimary(at(10), millis(1_400));
        clock.ofReplica(replica, at(11));
        assertThat(named.isIn(replica)).isFalse();
        clock.ofReplica(replica, at(12));
        assertThat(named.isIn(replica)).isTrue();

        writes.wrote("shard_0", null, millis(1_600));
        var nameless = writes.last("shard_0");
        assertThat(nameless.isIn(replica)).isFalse();
        clock.ofPrimary(at(12), millis(1_800));
        clock.ofReplica(replica, at(12));
        assertThat(nameless.isIn(replica)).isTrue();
        assertThat(writes.last("shard_1")).isNull();
    }
}
