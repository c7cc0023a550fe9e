// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.peer;

import com.workersql.protocol.value.RowReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.mysqlclient.impl.datatype.DataType;
import io.vertx.mysqlclient.impl.datatype.DataTypeCodec;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.apache.shardingsphere.db.protocol.mysql.packet.command.query.text.MySQLTextResultSetRowPacket;
import org.apache.shardingsphere.db.protocol.mysql.payload.MySQLPacketPayload;
import org.mariadb.jdbc.client.ColumnDecoder;
import org.mariadb.jdbc.client.ReadableByteBuf;
import org.mariadb.jdbc.client.result.rowdecoder.BinaryRowDecoder;
import org.mariadb.jdbc.client.result.rowdecoder.RowDecoder;
import org.mariadb.jdbc.client.result.rowdecoder.TextRowDecoder;
import org.mariadb.jdbc.client.util.MutableInt;
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
 * Rows to typed values: the three BIGINT as {@code long}, the three DOUBLE as {@code double}, and, where the name says so, the four
 * VARCHAR as {@code String}. One operation is one row; the values are compared before anything is measured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(SampleRows.ROWS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(2)
public class RowDecodeBenchmark {
    private static final int COLUMNS = SampleRows.COLUMNS.length;
    private static final int NUMBERS = 6;
    private static final DataType[] TYPES = new DataType[COLUMNS];

    private final ByteBuf[] text = new ByteBuf[SampleRows.ROWS];
    private final ByteBuf[] binary = new ByteBuf[SampleRows.ROWS];
    private final ByteBuf[] heapText = new ByteBuf[SampleRows.ROWS];
    private final ByteBuf[] heapBinary = new ByteBuf[SampleRows.ROWS];
    private final byte[][] textBytes = new byte[SampleRows.ROWS][];
    private final byte[][] binaryBytes = new byte[SampleRows.ROWS][];
    private final RowReader reader = new RowReader();
    private final ColumnDecoder[] decoders = new ColumnDecoder[COLUMNS];
    private final TextRowDecoder textDecoder = new TextRowDecoder();
    private final BinaryRowDecoder binaryDecoder = new BinaryRowDecoder();
    private final ReadableByteBuf readable = new ReadableByteBuf(new byte[0]);
    private final MutableInt length = new MutableInt();
    private final MutableInt fieldIndex = new MutableInt();
    private final byte[] nulls = new byte[(COLUMNS + 9) / 8];

    /** Writes the rows and compares what everybody reads. */
    @Setup
    public void writeAndCompare() throws SQLException {
        for (int i = 0; i < COLUMNS; i++) {
            TYPES[i] = i < 3 ? DataType.INT64 : i < NUMBERS ? DataType.DOUBLE : DataType.VARSTRING;
            ByteBuf definition = Unpooled.buffer();
            SampleRows.COLUMNS[i].encode(definition, SampleRows.CAPABILITIES);
            byte[] bytes = new byte[definition.readableBytes()];
            definition.readBytes(bytes);
            decoders[i] = ColumnDecoder.decodeStd(new ReadableByteBuf(bytes));
        }
        double expected = 0;
        for (int i = 0; i < SampleRows.ROWS; i++) {
            textBytes[i] = SampleRows.payload(i, false);
            binaryBytes[i] = SampleRows.payload(i, true);
            text[i] = Unpooled.directBuffer().writeBytes(textBytes[i]);
            binary[i] = Unpooled.directBuffer().writeBytes(binaryBytes[i]);
            heapText[i] = Unpooled.wrappedBuffer(textBytes[i]);
            heapBinary[i] = Unpooled.wrappedBuffer(binaryBytes[i]);
            expected = SampleRows.addTo(expected, i);
        }
        double[] sums = {
            workersqlTextWithStrings(),
            workersqlBinaryWithStrings(),
            workersqlHeapTextWithStrings(),
            workersqlHeapBinaryWithStrings(),
            vertxTextWithStrings(),
            vertxBinaryWithStrings(),
            mariadbTextWithStrings(),
            mariadbBinaryWithStrings(),
            shardingsphereTextWithStrings()
        };
        for (double sum : sums) {
            if (sum != expected) {
                throw new IllegalStateException("decoded " + sum + ", expected " + expected);
            }
        }
    }

    private double ours(boolean isBinary, ByteBuf[] rows, int columns) {
        double sum = 0;
        for (ByteBuf row : rows) {
            if (isBinary) {
                reader.wrapBinary(row, SampleRows.COLUMNS);
            } else {
                reader.wrapText(row, SampleRows.COLUMNS);
            }
            for (int i = 0; i < columns; i++) {
                sum += i < 3
                        ? reader.getLong(i)
                        : i < NUMBERS ? reader.getDouble(i) : reader.getText(i).hashCode();
            }
        }
        return sum;
    }

    private double vertx(boolean isBinary, int columns) {
        double sum = 0;
        for (ByteBuf row : isBinary ? binary : text) {
            row.readerIndex(isBinary ? 1 + nulls.length : 0);
            for (int i = 0; i < COLUMNS; i++) {
                Object value;
                if (isBinary) {
                    value = DataTypeCodec.decodeBinary(TYPES[i], 45, row);
                } else {
                    // The length stays in front: its decoder reads it itself.
                    value = DataTypeCodec.decodeText(TYPES[i], 45, row);
                }
                if (i < columns) {
                    sum += value instanceof Number number ? number.doubleValue() : value.hashCode();
                }
            }
            row.readerIndex(0);
        }
        return sum;
    }

    private double mariadb(RowDecoder decoder, byte[][] rows, int start, int columns) throws SQLException {
        double sum = 0;
        for (byte[] row : rows) {
            readable.buf(row, row.length, start);
            fieldIndex.set(-1);
            for (int i = 0; i < columns; i++) {
                length.set(decoder.setPosition(i, fieldIndex, COLUMNS, readable, nulls, decoders));
                sum += i < 3
                        ? decoder.decodeLong(decoders, i, readable, length)
                        : i < NUMBERS
                                ? decoder.decodeDouble(decoders, i, readable, length)
                                : decoder.decodeString(decoders, i, readable, length, null)
                                        .hashCode();
            }
        }
        return sum;
    }

    private double shardingsphere(int columns) {
        double sum = 0;
        for (ByteBuf row : text) {
            MySQLTextResultSetRowPacket packet = new MySQLTextResultSetRowPacket(
                    new MySQLPacketPayload(row.duplicate(), StandardCharsets.UTF_8), COLUMNS);
            Iterator<Object> values = packet.getData().iterator();
            for (int i = 0; i < columns; i++) {
                String value = (String) values.next();
                sum += i < 3 ? Long.parseLong(value) : i < NUMBERS ? Double.parseDouble(value) : value.hashCode();
            }
        }
        return sum;
    }

    /** Numbers of text rows. */
    @Benchmark
    public double workersqlTextNumbers() {
        return ours(false, text, NUMBERS);
    }

    /** Numbers of binary rows. */
    @Benchmark
    public double workersqlBinaryNumbers() {
        return ours(true, binary, NUMBERS);
    }

    /** All values of text rows. */
    @Benchmark
    public double workersqlTextWithStrings() {
        return ours(false, text, COLUMNS);
    }

    /** All values of binary rows. */
    @Benchmark
    public double workersqlBinaryWithStrings() {
        return ours(true, binary, COLUMNS);
    }

    /** All values of text rows that lie on the heap, as those of MariaDB Connector/J do. */
    @Benchmark
    public double workersqlHeapTextWithStrings() {
        return ours(false, heapText, COLUMNS);
    }

    /** All values of binary rows that lie on the heap, as those of MariaDB Connector/J do. */
    @Benchmark
    public double workersqlHeapBinaryWithStrings() {
        return ours(true, heapBinary, COLUMNS);
    }

    /** Vert.x decodes every column, whether it is wanted or not. */
    @Benchmark
    public double vertxTextWithStrings() {
        return vertx(false, COLUMNS);
    }

    /** Vert.x decodes every column, whether it is wanted or not. */
    @Benchmark
    public double vertxBinaryWithStrings() {
        return vertx(true, COLUMNS);
    }

    /** Numbers of text rows. */
    @Benchmark
    public double mariadbTextNumbers() throws SQLException {
        return mariadb(textDecoder, textBytes, 0, NUMBERS);
    }

    /** Numbers of binary rows. */
    @Benchmark
    public double mariadbBinaryNumbers() throws SQLException {
        return mariadb(binaryDecoder, binaryBytes, 1 + nulls.length, NUMBERS);
    }

    /** All values of text rows. */
    @Benchmark
    public double mariadbTextWithStrings() throws SQLException {
        return mariadb(textDecoder, textBytes, 0, COLUMNS);
    }

    /** All values of binary rows. */
    @Benchmark
    public double mariadbBinaryWithStrings() throws SQLException {
        return mariadb(binaryDecoder, binaryBytes, 1 + nulls.length, COLUMNS);
    }

    /** ShardingSphere gives strings, from which the numbers are parsed here; it reads no binary rows. */
    @Benchmark
    public double shardingsphereTextWithStrings() {
        return shardingsphere(COLUMNS);
    }
}
