// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.testing;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.SessionTrack;
import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A whole reply: everything that a client could see of it but the packet headers.
 *
 * @param payloads in their order
 * @param capabilities what they are written with
 */
public record RawReply(List<byte[]> payloads, CapabilityFlags capabilities) {
    /** Of a command that is not answered. */
    public static final RawReply NONE = new RawReply(List.of(), CapabilityFlags.NONE);

    /** Whether it is an ERR. */
    public boolean isError() {
        return !payloads.isEmpty() && (last()[0] & 0xFF) == 0xFF;
    }

    /** The error's number, 0 when there is none. */
    public int errno() {
        return isError() ? (last()[1] & 0xFF) | (last()[2] & 0xFF) << 8 : 0;
    }

    /** The statement's id in a reply to COM_STMT_PREPARE. */
    public int statementId() {
        return Unpooled.wrappedBuffer(payloads.get(0)).getIntLE(1);
    }

    private byte[] last() {
        return payloads.get(payloads.size() - 1);
    }

    /** The first value of the first row of a text result, null for NULL. */
    public String value() {
        return rows().get(0).get(0);
    }

    /** The rows of the first text result, with null for NULL; none where there is no result. */
    public List<List<String>> rows() {
        var rows = new ArrayList<List<String>>();
        int columns = isError() || payloads.get(0)[0] == 0
                ? 0
                : (int) LengthEncodedInteger.get(Unpooled.wrappedBuffer(payloads.get(0)), 0);
        int eof = capabilities.has(CapabilityFlags.CLIENT_DEPRECATE_EOF) ? 0 : 1;
        for (int i = columns + 1 + eof; columns > 0 && !isEndOfRows(payloads.get(i)); i++) {
            var in = Unpooled.wrappedBuffer(payloads.get(i));
            var row = new ArrayList<String>();
            while (in.isReadable()) {
                row.add(text(in));
            }
            rows.add(row);
        }
        return rows;
    }

    private boolean isEndOfRows(byte[] payload) {
        int longest = capabilities.has(CapabilityFlags.CLIENT_DEPRECATE_EOF) ? 0xFF_FFFE : 8;
        return (payload[0] & 0xFF) == 0xFE && payload.length <= longest;
    }

    private static String text(ByteBuf in) {
        if (in.getUnsignedByte(in.readerIndex()) == LengthEncodedInteger.NULL_MARKER) {
            in.skipBytes(1);
            return null;
        }
        return in.readCharSequence(LengthEncodedInteger.readLength(in), StandardCharsets.UTF_8)
                .toString();
    }

    /** The same reply with the statement's id taken out. */
    public RawReply withoutStatementId() {
        byte[] first = payloads.get(0).clone();
        if (first[0] == 0) {
            Arrays.fill(first, 1, 5, (byte) 0);
        }
        var masked = new ArrayList<>(payloads);
        masked.set(0, first);
        return new RawReply(masked, capabilities);
    }

    /** The same error with its number and SQLSTATE only. */
    public RawReply withoutMessage() {
        var masked = new ArrayList<>(payloads);
        masked.set(payloads.size() - 1, Arrays.copyOf(last(), Math.min(last().length, 9)));
        return new RawReply(masked, capabilities);
    }

    /** Whether no client could tell one from the other. */
    public boolean sameAs(RawReply other) {
        if (payloads.size() != other.payloads.size()) {
            return false;
        }
        for (int i = 0; i < payloads.size(); i++) {
            byte[] one = payloads.get(i);
            byte[] another = other.payloads.get(i);
            boolean mayBeOk = i == 0 || i == payloads.size() - 1;
            if (!Arrays.equals(one, another) && !(mayBeOk && tellTheSame(one, another))) {
                return false;
            }
        }
        return true;
    }

    /** Whether two OKs differ at most in the order in which they tell of changes, and in what tells nothing. */
    private boolean tellTheSame(byte[] one, byte[] another) {
        if (!capabilities.has(CapabilityFlags.CLIENT_SESSION_TRACK)) {
            return false;
        }
        try {
            var ok = Ok.decode(Unpooled.wrappedBuffer(one), capabilities);
            var other = Ok.decode(Unpooled.wrappedBuffer(another), capabilities);
            return withoutChanges(ok).equals(withoutChanges(other))
                    && difference(ok, other).isEmpty();
        } catch (ProtocolException e) {
            return false;
        }
    }

    /** MySQL tells of BEGIN and what ends it also to whoever has not asked for it, which the gateway does not. */
    private static Set<SessionTrack> difference(Ok one, Ok another) {
        var all = new HashSet<>(changes(one));
        all.addAll(changes(another));
        all.removeIf(change -> changes(one).contains(change) && changes(another).contains(change));
        if (tellsOfTransaction(one) != tellsOfTransaction(another)) {
            all.removeIf(SessionTrack.TransactionState.class::isInstance);
        }
        return all;
    }

    private static boolean tellsOfTransaction(Ok ok) {
        return ok.changes().stream().anyMatch(SessionTrack.TransactionState.class::isInstance);
    }

    private static Ok withoutChanges(Ok ok) {
        int flags = ok.statusFlags() & ~StatusFlags.SERVER_SESSION_STATE_CHANGED;
        return new Ok(ok.endOfRows(), ok.affectedRows(), ok.lastInsertId(), flags, ok.warnings(), ok.info(), List.of());
    }

    /** MySQL counts its statements in a variable, so that no two servers tell the same of it. */
    private static Set<SessionTrack> changes(Ok ok) {
        return ok.changes().stream()
                .filter(change -> !(change instanceof SessionTrack.SystemVariable variable
                        && variable.name().equals("statement_id")))
                .collect(Collectors.toSet());
    }

    /** What the last packet tells of the session's changes, but for the count of statements. */
    public Set<SessionTrack> changes() {
        return isError() ? Set.of() : changes(Ok.decode(Unpooled.wrappedBuffer(last()), capabilities));
    }

    /** The status flags of an OK or EOF. */
    public static int statusFlags(byte[] payload) {
        ByteBuf in = Unpooled.wrappedBuffer(payload);
        if (payload.length == 5 && (payload[0] & 0xFF) == 0xFE) {
            return in.getUnsignedShortLE(3);
        }
        in.skipBytes(1);
        LengthEncodedInteger.read(in);
        LengthEncodedInteger.read(in);
        return in.readUnsignedShortLE();
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (byte[] payload : payloads) {
            text.append("    ").append(payload.length).append(" [");
            // The end as well: there a column's definition tells its type.
            for (int i = 0; i < payload.length; i++) {
                if (i < 12 || i >= payload.length - 13) {
                    text.append(String.format("%02x", payload[i]));
                }
            }
            text.append("] ");
            for (byte b : payload) {
                text.append(b >= 0x20 && b < 0x7F ? (char) b : '.');
            }
            text.append('\n');
        }
        return text.toString();
    }
}
