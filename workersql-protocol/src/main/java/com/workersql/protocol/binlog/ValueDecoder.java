// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.binlog.ColumnValue.Bit;
import com.workersql.protocol.binlog.ColumnValue.Enumerated;
import com.workersql.protocol.binlog.ColumnValue.Int;
import com.workersql.protocol.binlog.ColumnValue.SetOf;
import com.workersql.protocol.binlog.ColumnValue.Text;
import com.workersql.protocol.binlog.ColumnValue.Timestamp;
import com.workersql.protocol.binlog.ColumnValue.Year;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads one value of a row image, by the type and metadata of its column. */
final class ValueDecoder {
    private static final int FIRST_YEAR = 1900;

    private ValueDecoder() {}

    static ColumnValue read(ByteBuf in, LogColumn column, boolean isPartial, BinlogLimits limits) {
        int metadata = column.metadata();
        boolean unsigned = column.isUnsigned();
        return switch (column.type()) {
            case TINY -> new Int(integer(in, 1, unsigned), unsigned);
            case SHORT -> new Int(integer(in, 2, unsigned), unsigned);
            case INT24 -> new Int(integer(in, 3, unsigned), unsigned);
            case LONG -> new Int(integer(in, 4, unsigned), unsigned);
            case LONGLONG -> new Int(integer(in, 8, unsigned), unsigned);
            case FLOAT -> new ColumnValue.Single(Float.intBitsToFloat((int) integer(in, 4, false)));
            case DOUBLE -> new ColumnValue.Real(Double.longBitsToDouble(integer(in, 8, false)));
            case NEWDECIMAL -> new ColumnValue.Decimal(BinaryDecimal.read(in, metadata >> 8, metadata & 0xFF));
            case NULL -> ColumnValue.NULL;
            case YEAR -> year((int) integer(in, 1, true));
            case DATE, NEWDATE -> TemporalValues.readDate(in);
            case TIME -> TemporalValues.readLegacyTime(in);
            case DATETIME -> TemporalValues.readLegacyDateTime(in);
            case TIMESTAMP -> new Timestamp(integer(in, 4, true), 0, 0);
            case TIME2 -> TemporalValues.readTime(in, metadata);
            case DATETIME2 -> TemporalValues.readDateTime(in, metadata);
            case TIMESTAMP2 -> TemporalValues.readTimestamp(in, metadata);
            case BIT -> bit(in, metadata);
            case ENUM -> enumerated(in, column);
            case SET -> set(in, column);
            case STRING -> padded(text(in, metadata > 255 ? 2 : 1, column), column);
            case VARCHAR, VAR_STRING -> text(in, metadata > 255 ? 2 : 1, column);
            case BLOB, GEOMETRY, VECTOR -> text(in, metadata, column);
            case VARCHAR_COMPRESSED -> inflated(in, metadata > 255 ? 2 : 1, column, limits);
            case BLOB_COMPRESSED -> inflated(in, metadata, column, limits);
            case JSON, TYPED_ARRAY -> json(lengthAndSlice(in, metadata), isPartial);
        };
    }

    private static long integer(ByteBuf in, int bytes, boolean unsigned) {
        ProtocolStrings.require(in, bytes);
        return switch (bytes) {
            case 1 -> unsigned ? in.readUnsignedByte() : in.readByte();
            case 2 -> unsigned ? in.readUnsignedShortLE() : in.readShortLE();
            case 3 -> unsigned ? in.readUnsignedMediumLE() : in.readMediumLE();
            case 4 -> unsigned ? in.readUnsignedIntLE() : in.readIntLE();
            default -> in.readLongLE();
        };
    }

    private static Year year(int offset) {
        return new Year(offset == 0 ? 0 : FIRST_YEAR + offset);
    }

    private static Bit bit(ByteBuf in, int metadata) {
        int bits = (metadata >> 8) * 8 + (metadata & 0xFF);
        int bytes = (bits + 7) / 8;
        if (bytes < 1 || bytes > 8) {
            throw ProtocolException.malformed("a BIT(" + bits + ")");
        }
        ProtocolStrings.require(in, bytes);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = (value << 8) | in.readUnsignedByte();
        }
        return new Bit(value, bytes);
    }

    private static Enumerated enumerated(ByteBuf in, LogColumn column) {
        int bytes = column.metadata();
        if (bytes != 1 && bytes != 2) {
            throw ProtocolException.malformed("an ENUM of " + bytes + " bytes");
        }
        int number = (int) integer(in, bytes, true);
        boolean isKnown = number > 0 && number <= column.labels().size();
        return new Enumerated(number, isKnown ? column.labels().get(number - 1) : "");
    }

    private static SetOf set(ByteBuf in, LogColumn column) {
        int bytes = column.metadata();
        if (bytes < 1 || bytes > 8) {
            throw ProtocolException.malformed("a SET of " + bytes + " bytes");
        }
        ProtocolStrings.require(in, bytes);
        long bits = 0;
        for (int i = 0; i < bytes; i++) {
            bits |= (long) in.readUnsignedByte() << (8 * i);
        }
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < Math.min(64, column.labels().size()); i++) {
            if (((bits >>> i) & 1) != 0) {
                labels.add(column.labels().get(i));
            }
        }
        return new SetOf(bits, labels);
    }

    private static Text text(ByteBuf in, int lengthBytes, LogColumn column) {
        return new Text(ProtocolStrings.readRestValue(lengthAndSlice(in, lengthBytes)), charset(column));
    }

    /** The log leaves out the zeros at the end of BINARY, and of MariaDB's UUID and INET6. */
    private static Text padded(Text value, LogColumn column) {
        return column.collationId() == LogColumn.BINARY && value.bytes().length() < column.metadata()
                ? new Text(Bytes.of(Arrays.copyOf(value.bytes().toArray(), column.metadata())), value.charset())
                : value;
    }

    private static Text inflated(ByteBuf in, int lengthBytes, LogColumn column, BinlogLimits limits) {
        return new Text(Bytes.of(Inflate.column(lengthAndSlice(in, lengthBytes), limits)), charset(column));
    }

    private static Charset charset(LogColumn column) {
        boolean isBytes = column.type() == LogColumnType.GEOMETRY || column.type() == LogColumnType.VECTOR;
        return isBytes ? StandardCharsets.ISO_8859_1 : column.charset();
    }

    private static ColumnValue json(ByteBuf in, boolean isPartial) {
        return isPartial
                ? new ColumnValue.JsonDiffs(JsonDiff.decodeAll(in))
                : new ColumnValue.Json(new BinaryJson(in).text());
    }

    private static ByteBuf lengthAndSlice(ByteBuf in, int lengthBytes) {
        if (lengthBytes < 1 || lengthBytes > 4) {
            throw ProtocolException.malformed("a length of " + lengthBytes + " bytes in front of a value");
        }
        long length = integer(in, lengthBytes, true);
        if (length > in.readableBytes()) {
            throw ProtocolException.malformed(
                    "a value of " + length + " bytes in a row, " + in.readableBytes() + " are left");
        }
        return in.readSlice((int) length);
    }
}
