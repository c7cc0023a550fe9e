// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.ColumnCount;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ServerMessage;
import com.workersql.protocol.message.server.StmtPrepareOk;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Gives a server's reply the form that was agreed on with the client, where that is another one: with or without EOF packets, with
 * fewer changes of the session's state or none, with other bits of the status, without progress reports, with or without MariaDB's
 * extended definitions. A sink of the {@link ResponseScanner}; works on runs of packets and copies no row.
 *
 * <p>Once a packet was left out or put in, the sequence ids behind it differ by one: they are changed <em>in place</em>, in the buffer
 * that the scanner was given. While they do not differ, runs pass as they are and are not looked at.
 *
 * <p>A server without EOF packets does not tell its status behind definitions, where the EOF for the client stands. It is the status of
 * the terminator when that comes next, and what {@link #begin} was given otherwise. Belongs to one connection and its thread; used
 * again for each reply. Source: dev.mysql.com "OK_Packet", "EOF_Packet"; mariadb.com "Result Set Packets".
 */
public final class ReplyTranscoder implements ReplySink, AutoCloseable {
    private static final int CURSOR_OR_MORE =
            StatusFlags.SERVER_STATUS_CURSOR_EXISTS | StatusFlags.SERVER_MORE_RESULTS_EXISTS;
    private static final int OUT_AND_MORE = StatusFlags.SERVER_PS_OUT_PARAMS | StatusFlags.SERVER_MORE_RESULTS_EXISTS;

    private final ByteBufAllocator allocator;
    private final PacketOutput output;
    private final PacketShifter runs;

    private ReplyKind kind = ReplyKind.NONE;
    private CapabilityFlags from = CapabilityFlags.NONE;
    private CapabilityFlags to = CapabilityFlags.NONE;
    private OkRewriter oks;
    private boolean addsEofs;
    private boolean dropsEofs;
    private int lastStatusFlags;
    private int columnsOfStatement;
    private int flagsOfColumnsEof;

    /**
     * @param allocator gives the buffers of what is written anew
     * @param output takes the packets
     */
    public ReplyTranscoder(ByteBufAllocator allocator, PacketOutput output) {
        this.allocator = requireNonNull(allocator, "allocator");
        this.output = requireNonNull(output, "output");
        this.runs = new PacketShifter(allocator, output, new Places());
    }

    /**
     * Makes ready for the next reply, where the scanner begins it.
     *
     * @param newKind the same as the scanner's
     * @param server what was agreed on with the server, the same as the scanner's
     * @param client what was agreed on with the client
     * @param newOks writes OK packets, and tells the bits of every status
     * @param statusFlags the status that the server told last
     * @throws IllegalArgumentException when the server may leave out definitions that the client needs
     */
    public void begin(
            ReplyKind newKind, CapabilityFlags server, CapabilityFlags client, OkRewriter newOks, int statusFlags) {
        for (long mayLackDefinitions : new long[] {
            CapabilityFlags.CLIENT_OPTIONAL_RESULTSET_METADATA, CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA
        }) {
            if (server.has(mayLackDefinitions) && !client.has(mayLackDefinitions)) {
                throw new IllegalArgumentException("the server may leave out definitions that the client needs");
            }
        }
        kind = newKind;
        from = server;
        to = client;
        oks = requireNonNull(newOks, "newOks");
        lastStatusFlags = statusFlags;
        boolean deprecated = server.has(CapabilityFlags.CLIENT_DEPRECATE_EOF);
        addsEofs = deprecated && !client.has(CapabilityFlags.CLIENT_DEPRECATE_EOF);
        dropsEofs = !deprecated && client.has(CapabilityFlags.CLIENT_DEPRECATE_EOF);
        columnsOfStatement = 0;
        flagsOfColumnsEof = 0;
        runs.begin(server, client);
    }

    /** Releases what was gathered of a definition that did not come to its end. The transcoder can begin again. */
    @Override
    public void close() {
        runs.close();
    }

    @Override
    public void forward(ByteBuf in, int index, int length) {
        runs.forward(in, index, length);
    }

    private boolean needsDefinitions() {
        return addsEofs || runs.rewritesDefinitions();
    }

    private final class Places implements PacketShifter.Places {
        @Override
        public void definitionsEnd() {
            if (addsEofs && kind != ReplyKind.PREPARE) {
                // Whether rows follow, or only a terminator, decides what the EOF says.
                runs.announceNext(true);
                return;
            }
            if (addsEofs) {
                putIn(new Eof(0, oks.status(lastStatusFlags)));
            }
            if (columnsOfStatement > 0) {
                runs.countDefinitions(columnsOfStatement);
                columnsOfStatement = 0;
            }
        }

        @Override
        public void packetFollows() {
            putIn(new Eof(0, oks.status(lastStatusFlags)));
        }
    }

    private void putIn(ServerMessage message) {
        write(message, runs.nextSequenceId());
        runs.shift(1);
    }

    @Override
    public void control(ControlPacket control, int sequenceId, ByteBuf payload) {
        runs.controlPassed(sequenceId);
        switch (control) {
            case COLUMN_COUNT -> {
                ColumnCount count = ColumnCount.decode(payload.duplicate(), from);
                write(count, sequenceId);
                runs.announceNext(addsEofs && !count.metadataFollows());
                if (count.metadataFollows() && needsDefinitions()) {
                    runs.countDefinitions(count.columns());
                }
            }
            case PREPARE_OK -> prepareOk(sequenceId, StmtPrepareOk.decode(payload.duplicate(), from));
            case COLUMNS_EOF -> columnsEof(sequenceId, Eof.decode(payload.duplicate(), from));
            case OK -> ok(sequenceId, payload);
            case EOF -> eof(sequenceId, Eof.decode(payload.duplicate(), from));
            case PROGRESS -> {
                if (to.has(CapabilityFlags.MARIADB_CLIENT_PROGRESS)) {
                    pass(sequenceId, payload);
                } else {
                    runs.shift(-1);
                }
            }
            case ERR -> {
                endOfColumns(lastStatusFlags, sequenceId);
                pass(sequenceId, payload);
            }
            case LOCAL_INFILE, STRING -> pass(sequenceId, payload);
        }
    }

    private void prepareOk(int sequenceId, StmtPrepareOk prepared) {
        write(prepared, sequenceId);
        if (!needsDefinitions()) {
            return;
        }
        if (!prepared.metadataFollows()) {
            // The EOFs come also where the definitions are left out.
            for (int i = 0; addsEofs && i < Math.min(1, prepared.parameters()) + Math.min(1, prepared.columns()); i++) {
                putIn(new Eof(0, oks.status(lastStatusFlags)));
            }
            return;
        }
        if (prepared.parameters() > 0) {
            columnsOfStatement = prepared.columns();
            runs.countDefinitions(prepared.parameters());
        } else if (prepared.columns() > 0) {
            runs.countDefinitions(prepared.columns());
        }
    }

    private void columnsEof(int sequenceId, Eof eof) {
        lastStatusFlags = eof.statusFlags();
        if (!dropsEofs) {
            write(new Eof(eof.warnings(), oks.status(eof.statusFlags())), sequenceId);
        } else if (kind == ReplyKind.EXECUTE && isOpenedCursor(eof.statusFlags())) {
            // Nothing else tells the end where a cursor was opened.
            write(Ok.endOfRows(oks.status(eof.statusFlags()), eof.warnings()), sequenceId);
        } else {
            // MySQL tells of OUT parameters here only; without this EOF, the terminator has to.
            flagsOfColumnsEof = (eof.statusFlags() & OUT_AND_MORE) == OUT_AND_MORE ? OUT_AND_MORE : 0;
            runs.shift(-1);
        }
    }

    private static boolean isOpenedCursor(int statusFlags) {
        return (statusFlags & CURSOR_OR_MORE) == StatusFlags.SERVER_STATUS_CURSOR_EXISTS;
    }

    private void ok(int sequenceId, ByteBuf payload) {
        boolean terminator = payload.getUnsignedByte(payload.readerIndex()) == Ok.END_OF_ROWS_HEADER;
        if (terminator && addsEofs) {
            Ok ok = Ok.decode(payload.duplicate(), from);
            int statusFlags = ok.statusFlags() & ~StatusFlags.SERVER_SESSION_STATE_CHANGED;
            lastStatusFlags = statusFlags;
            if (runs.isNextAnnounced() && kind == ReplyKind.EXECUTE && isOpenedCursor(statusFlags)) {
                runs.announceNext(false);
            } else {
                endOfColumns(statusFlags, sequenceId);
            }
            write(new Eof(ok.warnings(), oks.status(statusFlags)), sequenceId);
            return;
        }
        if (!oks.changesAnything()) {
            pass(sequenceId, payload);
            return;
        }
        ByteBuf out = allocator.buffer(PacketEncoder.HEADER_BYTES + payload.readableBytes());
        int header = PacketEncoder.start(out);
        try {
            oks.rewrite(payload, out);
        } catch (ProtocolException e) {
            out.release();
            throw e;
        }
        PacketEncoder.finish(out, header, runs.shifted(sequenceId));
        output.write(out);
    }

    private void endOfColumns(int statusFlags, int sequenceId) {
        if (runs.isNextAnnounced()) {
            runs.announceNext(false);
            write(new Eof(0, oks.status(statusFlags)), sequenceId);
            runs.shift(1);
        }
    }

    private void eof(int sequenceId, Eof eof) {
        int statusFlags = eof.statusFlags() | flagsOfColumnsEof;
        lastStatusFlags = eof.statusFlags();
        flagsOfColumnsEof = 0;
        write(
                dropsEofs
                        ? Ok.endOfRows(oks.status(statusFlags), eof.warnings())
                        : new Eof(eof.warnings(), oks.status(statusFlags)),
                sequenceId);
    }

    private void pass(int sequenceId, ByteBuf payload) {
        ByteBuf out = allocator.buffer(PacketEncoder.HEADER_BYTES + payload.readableBytes());
        PacketEncoder.write(out, runs.shifted(sequenceId), payload);
        output.write(out);
    }

    private void write(ServerMessage message, int sequenceId) {
        ByteBuf out = allocator.buffer(32);
        message.encodePacket(out, runs.shifted(sequenceId), to);
        output.write(out);
    }
}
