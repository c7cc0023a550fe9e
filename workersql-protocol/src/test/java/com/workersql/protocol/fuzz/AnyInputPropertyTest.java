// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.Tuple.Tuple3;

/** Random bytes, and seeds with some bytes changed, in all decoders: see {@link FuzzTarget} for what must never happen. */
class AnyInputPropertyTest {
    private static final Map<String, FuzzTarget> TARGETS = Map.of(
            "frames", new FramesTarget(),
            "client's handshake", new ClientHandshakeTarget(),
            "server's handshake", new ServerHandshakeTarget(),
            "client's messages", new ClientMessagesTarget(),
            "server's messages", new ServerMessagesTarget(),
            "replies", new RepliesTarget(),
            "binlog of MySQL", new BinlogTarget("mysql"),
            "binlog of MariaDB", new BinlogTarget("mariadb"));
    /** They are read from files, and tickets are asked for: once. */
    private static final Map<String, List<byte[]>> SEEDS = new ConcurrentHashMap<>();

    @Property
    void randomBytesLeakNothingAndGiveNoOtherException(
            @ForAll("targets") String target, @ForAll("anyBytes") byte[] input) {
        TARGETS.get(target).run(input);
    }

    @Property
    void changedSeedsLeakNothingAndGiveNoOtherException(@ForAll("changedSeeds") Tuple3<String, Integer, byte[]> input) {
        TARGETS.get(input.get1()).run(input.get3());
    }

    @Provide
    Arbitrary<String> targets() {
        return Arbitraries.of(TARGETS.keySet());
    }

    @Provide
    Arbitrary<byte[]> anyBytes() {
        return Arbitraries.bytes().array(byte[].class).ofMaxSize(300);
    }

    /** The target's name, which of its seeds, and the changed seed. */
    @Provide
    Arbitrary<Tuple3<String, Integer, byte[]>> changedSeeds() {
        return targets().flatMap(name -> {
            List<byte[]> seeds = SEEDS.computeIfAbsent(
                    name, target -> TARGETS.get(target).seeds().toList());
            return Arbitraries.integers()
                    .between(0, seeds.size() - 1)
                    .flatMap(index -> changed(seeds.get(index)).map(bytes -> Tuple.of(name, index, bytes)));
        });
    }

    private static Arbitrary<byte[]> changed(byte[] seed) {
        Arbitrary<Integer> places = Arbitraries.integers().between(0, seed.length - 1);
        Arbitrary<Byte> values = Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.bytes()),
                Tuple.of(1, Arbitraries.of((byte) 0, (byte) 1, (byte) 0x7F, (byte) 0xFA, (byte) 0xFB)),
                Tuple.of(1, Arbitraries.of((byte) 0xFC, (byte) 0xFD, (byte) 0xFE, (byte) 0xFF)));
        return places.list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .flatMap(at -> values.list()
                        .ofSize(at.size())
                        .flatMap(bytes -> Arbitraries.integers()
                                .between(1, seed.length)
                                .map(length -> {
                                    byte[] input = Arrays.copyOf(seed, at.get(0) % 2 == 0 ? seed.length : length);
                                    for (int i = 0; i < at.size(); i++) {
                                        if (at.get(i) < input.length) {
                                            input[at.get(i)] = bytes.get(i);
                                        }
                                    }
                                    return input;
                                })));
    }
}
