// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A reply as a server writes it, made packet by packet, with what a scanner must find in it. */
final class ReplyBytes {
    static final CapabilityFlags CLASSIC = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41);
    static final CapabilityFlags DEPRECATE_EOF = CLASSIC.with(CapabilityFlags.CLIENT_DEPRECATE_EOF);

    final ReplyKind kind;
    final CapabilityFlags capabilities;
    final List<ControlPacket> controls = new ArrayList<>();
    final List<byte[]> rows = new ArrayList<>();
    private final ByteBuf out = Unpooled.buffer();
    private int sequenceId = 1;

    ReplyBytes(ReplyKind kind, CapabilityFlags capabilities) {
        this.kind = kind;
        this.capabilities = capabilities;
    }

    /** What is negotiated by most clients, with EOF packets or without. */
    static CapabilityFlags capabilities(boolean deprecateEof) {
        return deprecateEof ? DEPRECATE_EOF : CLASSIC;
    }

    byte[] bytes() {
        return Arrays.copyOfRange(out.array(), 0, out.writerIndex());
    }

    boolean isDeprecateEof() {
        return capabilities.has(CapabilityFlags.CLIENT_DEPRECATE_EOF);
    }

    /** A logical packet, split into physical ones like a server does. */
    ReplyBytes packet(byte[] payload) {
        int at = 0;
        int length;
        do {
            length = Math.min(0xFF_FFFF, payload.length - at);
            out.writeMediumLE(length).writeByte(sequenceId++).writeBytes(payload, at, length);
            at += length;
        } while (length == 0xFF_FFFF);
        return this;
    }

    ReplyBytes control(ControlPacket control, int... payload) {
        controls.add(control);
        byte[] bytes = new byte[payload.length];
        for (int i = 0; i < payload.length; i++) {
            bytes[i] = (byte) payload[i];
        }
        return packet(bytes);
    }

    ReplyBytes ok(int status) {
        return control(ControlPacket.OK, 0, 0xFC, 0x2C, 1, 7, status & 0xFF, status >> 8, 3, 0);
    }

    ReplyBytes err(int errno) {
        return control(ControlPacket.ERR, 0xFF, errno & 0xFF, errno >> 8, '#', '4', '2', '0', '0', '0', 'n', 'o');
    }

    ReplyBytes eof(ControlPacket control, int status) {
        return control(control, 0xFE, 2, 0, status & 0xFF, status >> 8);
    }

    /** What comes behind rows. */
    ReplyBytes end(int status) {
        return isDeprecateEof()
                ? control(ControlPacket.OK, 0xFE, 0, 0, status & 0xFF, status >> 8, 2, 0, 3, 'a', 'b', 'c')
                : eof(ControlPacket.EOF, status);
    }

    ReplyBytes columnCount(int count) {
        ByteBuf payload = Unpooled.buffer();
        LengthEncodedInteger.write(payload, count);
        controls.add(ControlPacket.COLUMN_COUNT);
        return packet(Arrays.copyOf(payload.array(), payload.writerIndex()));
    }

    ReplyBytes definitions(int count) {
        for (int i = 0; i < count; i++) {
            ByteBuf payload = Unpooled.buffer();
            for (String text : List.of("def", "s", "t", "t", "column" + i, "c")) {
                ProtocolStrings.writeLengthEncoded(payload, text);
            }
            payload.writeByte(12).writeShortLE(45).writeIntLE(80).writeByte(253).writeZero(5);
            packet(Arrays.copyOf(payload.array(), payload.writerIndex()));
        }
        return this;
    }

    /** Definitions and, where there is one, the EOF behind them. */
    ReplyBytes metadata(int count, int status) {
        definitions(count);
        return isDeprecateEof() || count == 0 ? this : eof(ControlPacket.COLUMNS_EOF, status);
    }

    ReplyBytes textRow(String... values) {
        ByteBuf payload = Unpooled.buffer();
        for (String value : values) {
            if (value == null) {
                payload.writeByte(0xFB);
            } else {
                ProtocolStrings.writeLengthEncoded(payload, value.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return row(Arrays.copyOf(payload.array(), payload.writerIndex()));
    }

    ReplyBytes row(byte[] payload) {
        rows.add(payload);
        return packet(payload);
    }

    ReplyBytes row(int... payload) {
        byte[] bytes = new byte[payload.length];
        for (int i = 0; i < payload.length; i++) {
            bytes[i] = (byte) payload[i];
        }
        return row(bytes);
    }
}
