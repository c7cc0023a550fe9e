// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.peer;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.value.ParameterReader;
import com.workersql.protocol.value.ParameterTypes;
import com.workersql.protocol.value.ParameterWriter;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.shardingsphere.db.protocol.mysql.packet.command.query.binary.execute.MySQLComStmtExecutePacket;
import org.apache.shardingsphere.db.protocol.mysql.packet.handshake.MySQLHandshakePacket;
import org.apache.shardingsphere.db.protocol.mysql.packet.handshake.MySQLHandshakeResponse41Packet;
import org.apache.shardingsphere.db.protocol.mysql.payload.MySQLPacketPayload;
import org.mariadb.jdbc.client.ReadableByteBuf;
import org.mariadb.jdbc.message.server.InitialHandshakePacket;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading of what comes once: an execution with eight parameters (four integers, two doubles, two strings), both messages of the
 * handshake. The values are compared before anything is measured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(2)
@OperationsPerInvocation(CommandsBenchmark.TIMES)
public class CommandsBenchmark {
    static final int TIMES = 64;
    private static final int PARAMETERS = 8;
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_CONNECT_WITH_DB
            | CapabilityFlags.CLIENT_TRANSACTIONS);

    /** It takes the sign of an integer from the columns that the statement's preparation told. */
    private static final List<Integer> NO_FLAGS = Collections.nCopies(PARAMETERS, 0);

    private final ParameterReader reader = new ParameterReader();
    private ByteBuf execution;
    private ByteBuf response;
    private ByteBuf greeting;
    private byte[] greetingBytes;

    /** Writes the messages and compares what everybody reads. */
    @Setup
    public void writeAndCompare() throws SQLException {
        execution = Unpooled.directBuffer();
        ParameterWriter writer = new ParameterWriter();
        writer.begin(execution, 7, 0, PARAMETERS, List.of(), CAPABILITIES);
        writer.addLong(1).addLong(-2).addLong(3_000_000_000L).addLong(4);
        writer.addDouble(1.5).addDouble(-2.25).addText("first text").addText("second text");
        writer.end();
        Bytes salt = Bytes.of("abcdefghijklmnopqrst".getBytes(StandardCharsets.US_ASCII));
        response = Unpooled.directBuffer();
        new HandshakeResponse41(
                        CAPABILITIES, 1 << 24, 45, "application", salt, "schema", "mysql_native_password", Map.of(), 0)
                .encode(response, CAPABILITIES);
        greeting = Unpooled.directBuffer();
        new HandshakeV10("8.0.36", 7, salt, CAPABILITIES, 45, 2, "mysql_native_password")
                .encode(greeting, CAPABILITIES);
        greetingBytes = ByteBufUtil.getBytes(greeting);
        same(workersqlExecute(), shardingsphereExecute());
        same(workersqlResponse(), shardingsphereResponse());
        same(workersqlGreeting(), shardingsphereGreeting());
        same(workersqlGreeting(), mariadbGreeting());
    }

    private static void same(Object ours, Object theirs) {
        if (!ours.equals(theirs)) {
            throw new IllegalStateException("ours: " + ours + ", theirs: " + theirs);
        }
    }

    /** Eight typed values, added up. */
    @Benchmark
    public double workersqlExecute() {
        double last = 0;
        for (int i = 0; i < TIMES; i++) {
            last = workersqlExecuteOnce();
        }
        return last;
    }

    private double workersqlExecuteOnce() {
        StmtExecute execute = (StmtExecute) ClientCommand.decode(execution.readerIndex(0), CAPABILITIES);
        reader.wrap(execute, CAPABILITIES, PARAMETERS, ParameterTypes.NONE, null);
        double sum = 0;
        for (int i = 0; i < PARAMETERS; i++) {
            sum += i < 4
                    ? reader.getLong(i)
                    : i < 6 ? reader.getDouble(i) : reader.getText(i).hashCode();
        }
        return sum;
    }

    /** The same by ShardingSphere, whose command byte its dispatcher has read. */
    @Benchmark
    public double shardingsphereExecute() throws SQLException {
        double last = 0;
        for (int i = 0; i < TIMES; i++) {
            last = shardingsphereExecuteOnce();
        }
        return last;
    }

    private double shardingsphereExecuteOnce() throws SQLException {
        MySQLPacketPayload payload = new MySQLPacketPayload(execution.readerIndex(1), StandardCharsets.UTF_8);
        MySQLComStmtExecutePacket packet = new MySQLComStmtExecutePacket(payload, PARAMETERS);
        double sum = 0;
        for (Object value : packet.readParameters(packet.getNewParameterTypes(), Set.of(), NO_FLAGS)) {
            sum += value instanceof Number number ? number.doubleValue() : value.hashCode();
        }
        return sum;
    }

    /** The client's answer to the greeting. */
    @Benchmark
    public String workersqlResponse() {
        String last = null;
        for (int i = 0; i < TIMES; i++) {
            last = workersqlResponseOnce();
        }
        return last;
    }

    private String workersqlResponseOnce() {
        return HandshakeResponse41.decode(response.readerIndex(0)).user();
    }

    /** The same by ShardingSphere. */
    @Benchmark
    public String shardingsphereResponse() {
        String last = null;
        for (int i = 0; i < TIMES; i++) {
            last = shardingsphereResponseOnce();
        }
        return last;
    }

    private String shardingsphereResponseOnce() {
        return new MySQLHandshakeResponse41Packet(
                        new MySQLPacketPayload(response.readerIndex(0), StandardCharsets.UTF_8))
                .getUsername();
    }

    /** The server's greeting. */
    @Benchmark
    public String workersqlGreeting() {
        String last = null;
        for (int i = 0; i < TIMES; i++) {
            last = workersqlGreetingOnce();
        }
        return last;
    }

    private String workersqlGreetingOnce() {
        return HandshakeV10.decode(greeting.readerIndex(0)).plugin();
    }

    /** The same by ShardingSphere. */
    @Benchmark
    public String shardingsphereGreeting() {
        String last = null;
        for (int i = 0; i < TIMES; i++) {
            last = shardingsphereGreetingOnce();
        }
        return last;
    }

    private String shardingsphereGreetingOnce() {
        return new MySQLHandshakePacket(new MySQLPacketPayload(greeting.readerIndex(0), StandardCharsets.UTF_8))
                .getAuthPluginName();
    }

    /** The same by MariaDB Connector/J. */
    @Benchmark
    public String mariadbGreeting() {
        String last = null;
        for (int i = 0; i < TIMES; i++) {
            last = mariadbGreetingOnce();
        }
        return last;
    }

    private String mariadbGreetingOnce() {
        return InitialHandshakePacket.decode(new ReadableByteBuf(greetingBytes)).getAuthenticationPluginType();
    }
}
