// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.embedded.ShardFixture;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the clients of one shard feel while the other one is sick, by {@code -Dworkersql.faults.p99.seconds=5}, on an idle machine. */
@EnabledIfSystemProperty(named = "workersql.faults.p99.seconds", matches = "[1-9][0-9]*")
@Tag("alone")
class OtherShardLatencyIT extends SickShard {
    private static final int P99_SECONDS = Integer.getInteger("workersql.faults.p99.seconds", 0);
    private static final int P99_ROUNDS = 5;
    private static final int MIN_CUTS_PER_SECOND = 3;
    private static CutClient cutClient;

    /** What befalls a shard while the other one's clients go on. */
    private enum Fault {
        BLACKHOLE {
            @Override
            void begin() {
                proxy.mode(FaultProxy.Mode.BLACKHOLE);
            }

            @Override
            void end() {
                proxy.mode(FaultProxy.Mode.PASS);
            }
        },
        PORT_CLOSED {
            @Override
            void begin() throws IOException {
                proxy.closePort();
            }

            @Override
            void end() throws IOException {
                proxy.openPort();
            }
        },
        GARBAGE_GREETING {
            @Override
            void begin() {
                proxy.mode(FaultProxy.Mode.GARBAGE);
            }

            @Override
            void end() {
                proxy.mode(FaultProxy.Mode.PASS);
            }
        },
        FROZEN {
            @Override
            void begin() {
                ShardFixture.freeze(fleet.embedded(), "shard_0");
            }

            @Override
            void end() {
                ShardFixture.thaw(fleet.embedded(), "shard_0");
            }
        },
        KILLED {
            @Override
            void begin() {
                ShardFixture.kill(fleet.embedded(), "shard_0");
            }

            @Override
            void end() {
                ShardFixture.restart(fleet.embedded(), "shard_0");
            }
        },
        REPLIES_CUT {
            @Override
            AutoCloseable clients() throws IOException {
                cutClient = new CutClient(fleet, proxy);
                return cutClient;
            }

            @Override
            void begin() {
                cutClient.cut(true);
            }

            @Override
            void end() {
                cutClient.cut(false);
                assertThat(cutClient.cuts())
                        .as("cuts in a round")
                        .isGreaterThanOrEqualTo(P99_SECONDS * MIN_CUTS_PER_SECOND);
            }
        },
        NO_PLACE_LEFT {
            @Override
            void begin() {
                proxy.mode(FaultProxy.Mode.FULL);
            }

            @Override
            void end() {
                proxy.mode(FaultProxy.Mode.PASS);
            }
        },
        HOST_BLOCKED {
            @Override
            void begin() {
                proxy.mode(FaultProxy.Mode.BLOCKED);
            }

            @Override
            void end() {
                proxy.mode(FaultProxy.Mode.PASS);
            }
        },
        READ_ONLY {
            @Override
            void begin() throws SQLException {
                asAdministrator("SET GLOBAL read_only = 1");
            }

            @Override
            void end() throws SQLException {
                asAdministrator("SET GLOBAL read_only = 0");
            }
        },
        ANOTHER_VERSION {
            @Override
            void begin() throws IOException {
                restartAs("11.4.5", "11.4.4");
            }

            @Override
            void end() throws IOException {
                restartAs(null, null);
            }
        };

        /** Clients of the sick shard that are there before, during and behind the fault alike. */
        AutoCloseable clients() throws Exception {
            return () -> {};
        }

        abstract void begin() throws Exception;

        abstract void end() throws Exception;
    }

    /**
     * By {@code -Dworkersql.faults.p99.seconds=5}: needs a machine with nothing else to do. Each time with the fault is held against the
     * mean of the ones before and behind it, so that a machine that warms up or slows down does not count.
     */
    @ParameterizedTest
    @EnumSource(Fault.class)
    void theLatencyOfTheOtherShardStaysWhatItWas(Fault fault) throws Exception {
        try (var clients = fault.clients()) {
            assertThat(clients).isNotNull();
            assertThat(medianRatio(fault)).as("the median of the rounds").isLessThanOrEqualTo(1.2);
        }
    }

    private double medianRatio(Fault fault) throws Exception {
        var ratios = new double[P99_ROUNDS];
        otherP99Nanos();
        long before = otherP99Nanos();
        for (int round = 0; round < ratios.length; round++) {
            fault.begin();
            long during;
            try {
                callSickShard();
                during = otherP99Nanos();
            } finally {
                fault.end();
            }
            awaitAnswer();
            long behind = otherP99Nanos();
            ratios[round] = during / ((before + behind) / 2.0);
            System.out.printf(
                    "p99 of the other shard, %s: %d us, before %d us, behind %d us, ratio %.2f%n",
                    fault,
                    TimeUnit.NANOSECONDS.toMicros(during),
                    TimeUnit.NANOSECONDS.toMicros(before),
                    TimeUnit.NANOSECONDS.toMicros(behind),
                    ratios[round]);
            before = behind;
        }
        Arrays.sort(ratios);
        System.out.printf("p99 of the other shard, %s: median ratio %.2f%n", fault, ratios[ratios.length / 2]);
        return ratios[ratios.length / 2];
    }

    private static long otherP99Nanos() throws Exception {
        var other = bystander();
        new CompletableFuture<Void>()
                .completeOnTimeout(null, P99_SECONDS, TimeUnit.SECONDS)
                .get();
        return other.p99Nanos();
    }

    private static void asAdministrator(String sql) throws SQLException {
        try (var admin = ShardFixture.admin(fleet.embedded().shards().get(0))) {
            ShardFixture.run(admin, sql);
        }
    }

    /** A few clients of the sick shard, each of which gets an error sooner or later. */
    private static void callSickShard() {
        for (int i = 0; i < 4; i++) {
            InThread.inThread(() -> {
                try (var connection = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
                    run(connection, "DELETE FROM written WHERE id = -1");
                    return "";
                } catch (SQLException e) {
                    return e.getMessage();
                }
            });
        }
    }
}
