// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * SQL text. The answer is OK, ERR, a result set or a LOCAL INFILE request.
 *
 * <pre>{@code
 * 0x03,
 * [ CLIENT_QUERY_ATTRIBUTES: attributes (lenenc int), 1 (lenenc int),
 *   [ attributes > 0: NULL bitmap ((attributes + 7) / 8 bytes), 1 (1 byte),
 *     (type (2 bytes), name (lenenc))*, values ] ],
 * statement (rest)
 * }</pre>
 *
 * <p>One NUL behind the statement, which some old clients send, is no part of it. Source: dev.mysql.com "COM_QUERY".
 *
 * @param sql borrowed: a slice of the payload, valid as long as the payload is; in the client's character set
 * @param attributes unmodifiable, never null
 */
public record Query(ByteBuf sql, List<QueryAttribute> attributes) implements ClientCommand {

    public Query {
        requireNonNull(sql, "sql");
        attributes = List.copyOf(attributes);
    }

    /** A statement without attributes. */
    public Query(ByteBuf sql) {
        this(sql, List.of());
    }

    @Override
    public int command() {
        return Command.COM_QUERY;
    }

    static Query decodeBody(ByteBuf in, CapabilityFlags capabilities) {
        List<QueryAttribute> attributes = List.of();
        if (capabilities.has(CapabilityFlags.CLIENT_QUERY_ATTRIBUTES)) {
            attributes = readAttributes(in);
        }
        return new Query(readSql(in), attributes);
    }

    static ByteBuf readSql(ByteBuf in) {
        int length = in.readableBytes();
        boolean ended = length > 0 && in.getByte(in.writerIndex() - 1) == 0;
        ByteBuf sql = in.readSlice(ended ? length - 1 : length);
        in.readerIndex(in.writerIndex());
        return sql;
    }

    private static List<QueryAttribute> readAttributes(ByteBuf in) {
        long count = LengthEncodedInteger.read(in);
        long sets = LengthEncodedInteger.read(in);
        if (sets != 1) {
            throw ProtocolException.malformed(sets + " sets of query attributes, there is always one");
        }
        // Each attribute takes three bytes at least, so a count beyond that is a lie and nothing is allocated by it.
        if (count < 0 || count > in.readableBytes() / 3) {
            throw ProtocolException.malformed(
                    Long.toUnsignedString(count) + " query attributes in " + in.readableBytes() + " bytes");
        }
        if (count == 0) {
            return List.of();
        }
        byte[] nulls = ProtocolStrings.readFixedBytes(in, ((int) count + 7) / 8);
        ProtocolStrings.require(in, 1);
        if (in.readByte() != 1) {
            throw ProtocolException.malformed("query attributes without their types");
        }
        int[] types = new int[(int) count];
        String[] names = new String[(int) count];
        for (int i = 0; i < count; i++) {
            ProtocolStrings.require(in, 2);
            types[i] = in.readUnsignedShortLE();
            names[i] = ProtocolStrings.readLengthEncoded(in);
        }
        List<QueryAttribute> attributes = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            boolean isNull = (nulls[i / 8] >>> (i % 8) & 1) != 0;
            attributes.add(new QueryAttribute(
                    names[i], types[i], isNull ? null : QueryAttribute.readValue(in, types[i] & 0xFF)));
        }
        return attributes;
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_QUERY);
        if (capabilities.has(CapabilityFlags.CLIENT_QUERY_ATTRIBUTES)) {
            LengthEncodedInteger.write(out, attributes.size());
            LengthEncodedInteger.write(out, 1);
            if (!attributes.isEmpty()) {
                writeAttributes(out);
            }
        }
        writeSql(out, sql);
    }

    /** The reader takes one NUL away: a statement that ends by NUL needs another one. */
    static void writeSql(ByteBuf out, ByteBuf sql) {
        out.writeBytes(sql, sql.readerIndex(), sql.readableBytes());
        if (sql.isReadable() && sql.getByte(sql.writerIndex() - 1) == 0) {
            out.writeByte(0);
        }
    }

    private void writeAttributes(ByteBuf out) {
        byte[] nulls = new byte[(attributes.size() + 7) / 8];
        for (int i = 0; i < attributes.size(); i++) {
            if (attributes.get(i).value() == null) {
                nulls[i / 8] |= (byte) (1 << (i % 8));
            }
        }
        out.writeBytes(nulls).writeByte(1);
        for (QueryAttribute attribute : attributes) {
            out.writeShortLE(attribute.type());
            ProtocolStrings.writeLengthEncoded(out, attribute.name());
        }
        for (QueryAttribute attribute : attributes) {
            if (attribute.value() != null) {
                attribute.value().writeTo(out);
            }
        }
    }
}
