// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a real server answered to one query, by text and by binary protocol, and the values that it printed. */
public final class RecordedReply {
    /** What was negotiated for the recording. */
    public static final CapabilityFlags CAPABILITIES =
            new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_DEPRECATE_EOF);

    private final String name;
    private final List<byte[]> text = new ArrayList<>();
    private final List<byte[]> binary = new ArrayList<>();
    private final List<List<byte[]>> expected = new ArrayList<>();

    private RecordedReply(String name) {
        this.name = name;
    }

    /** All recordings of a server: "mysql-9.7" or "mariadb-11.4". */
    public static List<RecordedReply> of(String server) {
        List<RecordedReply> replies = new ArrayList<>();
        String resource = server + ".replies";
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(RecordedReply.class.getResourceAsStream(resource), StandardCharsets.UTF_8))) {
            RecordedReply reply = null;
            List<byte[]> packets = null;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() || line.startsWith("#") || line.startsWith("sql: ") || line.equals("expected:")) {
                    continue;
                }
                if (line.startsWith("[")) {
                    reply = new RecordedReply(server + " " + line);
                    replies.add(reply);
                } else if (line.equals("text:")) {
                    packets = reply.text;
                } else if (line.equals("binary:")) {
                    packets = reply.binary;
                } else if (line.startsWith("= ")) {
                    reply.expected.add(values(line.substring(2)));
                } else {
                    packets.add(packet(line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return replies;
    }

    private static byte[] packet(String line) {
        int space = line.indexOf(' ');
        byte[] payload = ByteBufUtil.decodeHexDump(line, space + 1, line.length() - space - 1);
        ByteBuf packet = Unpooled.buffer(payload.length + 4, payload.length + 4);
        packet.writeMediumLE(payload.length)
                .writeByte(Integer.parseInt(line.substring(0, space)))
                .writeBytes(payload);
        return packet.array();
    }

    private static List<byte[]> values(String line) {
        List<byte[]> values = new ArrayList<>();
        for (String value : line.split("\\|", -1)) {
            if (value.equals("\\N")) {
                values.add(null);
            } else if (value.startsWith("\\x")) {
                values.add(ByteBufUtil.decodeHexDump(value.substring(2)));
            } else {
                values.add(value.getBytes(StandardCharsets.UTF_8));
            }
        }
        return values;
    }

    /** All bytes of a reply, packet headers included. */
    public byte[] bytes(boolean inBinary) {
        ByteBuf all = Unpooled.buffer();
        for (byte[] packet : inBinary ? binary : text) {
            all.writeBytes(packet);
        }
        return ByteBufUtil.getBytes(all);
    }

    /** The definitions of a reply. */
    public ColumnDefinition[] columns(boolean inBinary) {
        List<byte[]> packets = inBinary ? binary : text;
        int count = columnCount(packets);
        ColumnDefinition[] columns = new ColumnDefinition[count];
        for (int i = 0; i < count; i++) {
            columns[i] = ColumnDefinition.decode(payload(packets.get(i + 1)), CAPABILITIES);
        }
        return columns;
    }

    /** The payloads of the definitions of a reply. */
    public List<ByteBuf> definitionPayloads() {
        return text.subList(1, 1 + columnCount(text)).stream()
                .map(RecordedReply::payload)
                .toList();
    }

    /** The payloads of the rows of a reply. */
    public List<ByteBuf> rows(boolean inBinary) {
        List<byte[]> packets = inBinary ? binary : text;
        return packets.subList(1 + columnCount(packets), packets.size() - 1).stream()
                .map(RecordedReply::payload)
                .toList();
    }

    /** The printed values of each row; null for NULL. */
    public List<List<byte[]>> expected() {
        return expected;
    }

    private static int columnCount(List<byte[]> packets) {
        return (int) LengthEncodedInteger.get(payload(packets.get(0)), 0);
    }

    private static ByteBuf payload(byte[] packet) {
        return Unpooled.wrappedBuffer(packet, 4, packet.length - 4);
    }

    @Override
    public String toString() {
        return name;
    }
}
