// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All decoders, by family. In each build they run their seeds, and the inputs that once broke something
 * ({@code DecodersFuzzTestInputs}); {@code mvn test -pl workersql-protocol -Pfuzz -Dfuzz.target=frames -Dfuzz.duration=5m} looks for
 * more, guided by coverage.
 */
class DecodersFuzzTest {
    private static final FuzzTarget FRAMES = new FramesTarget();
    private static final FuzzTarget CLIENT_HANDSHAKE = new ClientHandshakeTarget();
    private static final FuzzTarget SERVER_HANDSHAKE = new ServerHandshakeTarget();
    private static final FuzzTarget CLIENT_MESSAGES = new ClientMessagesTarget();
    private static final FuzzTarget SERVER_MESSAGES = new ServerMessagesTarget();
    private static final FuzzTarget REPLIES = new RepliesTarget();
    private static final FuzzTarget MYSQL_BINLOG = new BinlogTarget("mysql");
    private static final FuzzTarget MARIADB_BINLOG = new BinlogTarget("mariadb");

    @MethodSource("framesSeeds")
    @FuzzTest
    void frames(byte[] input) {
        FRAMES.run(input);
    }

    static Stream<byte[]> framesSeeds() {
        return FRAMES.seeds();
    }

    @MethodSource("clientHandshakeSeeds")
    @FuzzTest
    void clientHandshake(byte[] input) {
        CLIENT_HANDSHAKE.run(input);
    }

    static Stream<byte[]> clientHandshakeSeeds() {
        return CLIENT_HANDSHAKE.seeds();
    }

    @MethodSource("serverHandshakeSeeds")
    @FuzzTest
    void serverHandshake(byte[] input) {
        SERVER_HANDSHAKE.run(input);
    }

    static Stream<byte[]> serverHandshakeSeeds() {
        return SERVER_HANDSHAKE.seeds();
    }

    @MethodSource("clientMessagesSeeds")
    @FuzzTest
    void clientMessages(byte[] input) {
        CLIENT_MESSAGES.run(input);
    }

    static Stream<byte[]> clientMessagesSeeds() {
        return CLIENT_MESSAGES.seeds();
    }

    @MethodSource("serverMessagesSeeds")
    @FuzzTest
    void serverMessages(byte[] input) {
        SERVER_MESSAGES.run(input);
    }

    static Stream<byte[]> serverMessagesSeeds() {
        return SERVER_MESSAGES.seeds();
    }

    @MethodSource("repliesSeeds")
    @FuzzTest
    void replies(byte[] input) {
        REPLIES.run(input);
    }

    static Stream<byte[]> repliesSeeds() {
        return REPLIES.seeds();
    }

    @MethodSource("mysqlBinlogSeeds")
    @FuzzTest
    void mysqlBinlog(byte[] input) {
        MYSQL_BINLOG.run(input);
    }

    static Stream<byte[]> mysqlBinlogSeeds() {
        return MYSQL_BINLOG.seeds();
    }

    @MethodSource("mariadbBinlogSeeds")
    @FuzzTest
    void mariadbBinlog(byte[] input) {
        MARIADB_BINLOG.run(input);
    }

    static Stream<byte[]> mariadbBinlogSeeds() {
        return MARIADB_BINLOG.seeds();
    }
}
