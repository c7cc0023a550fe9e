// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ServerMessage;
import com.workersql.protocol.message.server.SessionTrack;
import com.workersql.protocol.rogue.Script.End;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What {@link RogueServerTest}'s servers say. */
final class Scripts {
    static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_LONG_PASSWORD
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
            | CapabilityFlags.CLIENT_CONNECT_ATTRS
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_MULTI_RESULTS
            | CapabilityFlags.CLIENT_SESSION_TRACK
            | CapabilityFlags.CLIENT_DEPRECATE_EOF);
    static final byte[] GREETING = packet(
            0,
            new HandshakeV10(
                    "8.4.0",
                    1,
                    Bytes.of("abcdefghijklmnopqrst".getBytes(StandardCharsets.US_ASCII)),
                    CAPABILITIES,
                    45,
                    2,
                    "mysql_native_password"));
    static final byte[] LET_IN = packet(2, Ok.of(2));
    private static final byte[] COLUMN_A = packet(2, ColumnDefinition.of("a", ColumnType.LONGLONG));
    private static final byte[] COLUMN_B = packet(3, ColumnDefinition.of("b", ColumnType.LONGLONG));

    private Scripts() {}

    private static byte[] packet(int sequenceId, ServerMessage message) {
        ByteBuf out = Unpooled.buffer();
        message.encodePacket(out, sequenceId, CAPABILITIES);
        return ByteBufUtil.getBytes(out);
    }

    static byte[] raw(int sequenceId, String hex) {
        return RogueClient.packet(sequenceId, ByteBufUtil.decodeHexDump(hex));
    }

    static byte[] join(byte[]... pieces) {
        return ByteBufUtil.getBytes(Unpooled.wrappedBuffer(pieces));
    }

    /** Two columns are announced. */
    static byte[] rowsHead() {
        return join(raw(1, "02"), COLUMN_A, COLUMN_B);
    }

    /** Two rows of two columns. */
    static byte[] goodReply() {
        return join(
                raw(1, "02"), COLUMN_A, COLUMN_B, raw(4, "01310132"), raw(5, "0133fb"), packet(6, Ok.endOfRows(2, 0)));
    }

    private static Script reply(String name, End end, byte[]... pieces) {
        return new Script(name, GREETING, LET_IN, join(pieces), end);
    }

    static List<Script> all() {
        byte[] manyEofs = new byte[0];
        byte[] rows = rowsHead();
        for (int i = 0; i < 50; i++) {
            manyEofs = join(manyEofs, raw(i + 2, "fe00000200"));
        }
        byte[] hugeColumn = packet(2, ColumnDefinition.of("x".repeat(2 << 20), ColumnType.LONGLONG));
        return List.of(
                reply("good", End.ROWS, goodReply()),
                reply("fewer columns than it said", End.BROKEN, raw(1, "03"), COLUMN_A, COLUMN_B, raw(4, "01310132")),
                reply("no columns at all", End.BROKEN, raw(1, "fcffff"), raw(2, "fe00000200")),
                reply("a count that is none", End.BROKEN, raw(1, "feffffffffffffffff")),
                reply("a short row", End.BROKEN, rows, raw(4, "0131"), packet(5, Ok.endOfRows(2, 0))),
                reply("a row with a value longer than itself", End.BROKEN, rows, raw(4, "0931fe")),
                reply("a row with too many values", End.BROKEN, rows, raw(4, "013101320133")),
                reply("a flood of EOFs", End.BROKEN, raw(1, "01"), manyEofs),
                reply(
                        "an ERR inside rows",
                        End.SERVER_ERROR,
                        rows,
                        raw(4, "01310132"),
                        packet(5, new Err(1317, "70100", "killed"))),
                reply("an unsolicited request for a file", End.BROKEN, raw(1, "fb2f6574632f706173737764")),
                reply("an OK with bogus session tracking", End.BROKEN, raw(1, "000000024000000003000501")),
                reply(
                        "an OK whose session tracking is longer than itself",
                        End.BROKEN,
                        raw(1, "00000002400000000c01ff")),
                reply(
                        "a sequence id that jumps",
                        End.BROKEN,
                        raw(1, "02"),
                        COLUMN_A,
                        packet(7, ColumnDefinition.of("b", ColumnType.LONGLONG))),
                reply("huge metadata", End.BROKEN, raw(1, "01"), hugeColumn),
                reply("a definition that is none", End.BROKEN, raw(1, "01"), raw(2, "0364656600")),
                reply("an ERR that is cut off", End.BROKEN, raw(1, "ff01")),
                reply("an empty packet", End.BROKEN, raw(1, "")),
                reply(
                        "more results that never come",
                        End.BROKEN,
                        packet(1, new Ok(false, 0, 0, StatusFlags.SERVER_MORE_RESULTS_EXISTS, 0, "", List.of()))),
                reply(
                        "a good OK with session tracking",
                        End.ROWS,
                        packet(
                                1,
                                new Ok(
                                        false,
                                        0,
                                        0,
                                        2,
                                        0,
                                        "",
                                        List.of(
                                                new SessionTrack.Schema("s"),
                                                new SessionTrack.Unrecognized(77, Bytes.of(new byte[9])))))),
                new Script("a greeting of garbage", raw(0, "0a" + "61".repeat(60)), LET_IN, goodReply(), End.BROKEN),
                new Script("a greeting of version 9", raw(0, "09" + "3300"), LET_IN, goodReply(), End.BROKEN),
                new Script("a greeting that is cut off", raw(0, "0a3500"), LET_IN, goodReply(), End.BROKEN),
                new Script("a greeting with another sequence id", raw(3, "0a3500"), LET_IN, goodReply(), End.BROKEN),
                new Script(
                        "no MySQL",
                        "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                        LET_IN,
                        goodReply(),
                        End.BROKEN),
                new Script(
                        "an ERR in place of the greeting",
                        raw(0, "ff1004546f6f206d616e79"),
                        LET_IN,
                        goodReply(),
                        End.SERVER_ERROR),
                new Script("a switch to an unknown plugin", GREETING, raw(2, "fe66006162"), goodReply(), End.BROKEN),
                new Script(
                        "a switch in a switch",
                        GREETING,
                        join(
                                raw(
                                        2,
                                        "fe"
                                                + ByteBufUtil.hexDump(
                                                        "mysql_native_password\0".getBytes(StandardCharsets.US_ASCII))
                                                + "61".repeat(20) + "00"),
                                raw(
                                        4,
                                        "fe"
                                                + ByteBufUtil.hexDump(
                                                        "mysql_native_password\0".getBytes(StandardCharsets.US_ASCII))
                                                + "61".repeat(20) + "00")),
                        goodReply(),
                        End.BROKEN),
                new Script("a greeting of 16 MB", new byte[] {-1, -1, -1, 0, 10}, LET_IN, goodReply(), End.BROKEN));
    }
}
