// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnCount;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ProgressReport;
import com.workersql.protocol.message.server.ServerMessage;
import com.workersql.protocol.value.RowReader;
import com.workersql.protocol.value.RowWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Gives a reply's rows the other form: text rows become binary ones, or binary rows text, whatever else the two sides have agreed on. For
 * a client that executes a prepared statement where the server ran a query, or the other way round.
 *
 * <p>A sink of the {@link ResponseScanner}. Rows are read in place and written one by one, never a whole result; a value of a text row
 * that is not what its column says is a {@link ProtocolException}. Binary values become the very text that the server prints. Belongs to one
 * connection and its thread; used again for each reply.
 */
public final class RowTranscoder implements ReplySink, AutoCloseable {
    private static final int BATCH_BYTES = 32 * 1024;

    private final ByteBufAllocator allocator;
    private final PacketOutput output;
    private final ReplyReader reader;
    private final Handler handler = new Handler();
    private final RowWriter rows = RowWriter.holding();

    private CapabilityFlags client = CapabilityFlags.NONE;
    private boolean binary;
    private boolean eofs;
    private int sequenceId;
    private int statusFlags;
    private ColumnDefinition[] columns = {};
    private ByteBuf batch;

    /**
     * @param allocator gives the buffers of what is written
     * @param maxRowBytes the longest row that is read
     * @param output takes the packets, in batches of about 32 KiB
     */
    public RowTranscoder(ByteBufAllocator allocator, int maxRowBytes, PacketOutput output) {
        this.allocator = requireNonNull(allocator, "allocator");
        this.reader = new ReplyReader(maxRowBytes);
        this.output = requireNonNull(output, "output");
    }

    /**
     * Makes ready for the next reply, where the scanner begins it.
     *
     * @param kind {@link ReplyKind#QUERY}: its text rows become binary; or {@link ReplyKind#EXECUTE}: its binary rows become text
     * @param server what was agreed on with the server, the same as the scanner's
     * @param toClient what was agreed on with the client
     * @param firstSequenceId of what is written
     * @param lastStatusFlags the status that the server told last
     */
    public void begin(
            ReplyKind kind,
            CapabilityFlags server,
            CapabilityFlags toClient,
            int firstSequenceId,
            int lastStatusFlags) {
        if (kind != ReplyKind.QUERY && kind != ReplyKind.EXECUTE) {
            throw new IllegalArgumentException("kind: " + kind + " (expected: QUERY or EXECUTE)");
        }
        reader.begin(kind, server, handler);
        client = toClient;
        binary = kind == ReplyKind.QUERY;
        eofs = !toClient.has(CapabilityFlags.CLIENT_DEPRECATE_EOF);
        sequenceId = firstSequenceId;
        statusFlags = lastStatusFlags;
    }

    @Override
    public void forward(ByteBuf in, int index, int length) {
        reader.forward(in, index, length);
    }

    @Override
    public void control(ControlPacket kind, int controlSequenceId, ByteBuf payload) {
        reader.control(kind, controlSequenceId, payload);
        if (kind == ControlPacket.OK || kind == ControlPacket.EOF || kind == ControlPacket.ERR) {
            flush();
        }
    }

    /** Gives what was written so far to the output: to be called when the input pauses within a long result. */
    public void flush() {
        if (batch != null) {
            rows.flush();
            ByteBuf full = batch;
            batch = null;
            output.write(full);
        }
    }

    /** Releases what was neither read to its end nor given on. The transcoder can begin again. */
    @Override
    public void close() {
        reader.close();
        if (batch != null) {
            rows.flush();
            batch.release();
            batch = null;
        }
    }

    private ByteBuf out() {
        if (batch != null && batch.readableBytes() >= BATCH_BYTES) {
            flush();
        }
        if (batch == null) {
            batch = allocator.buffer(BATCH_BYTES + BATCH_BYTES / 4);
        }
        return batch;
    }

    private void write(ServerMessage message) {
        rows.flush();
        sequenceId = message.encodePacket(out(), sequenceId, client);
    }

    private final class Handler implements ReplyHandler {
        @Override
        public void onColumns(ColumnDefinition[] found) {
            columns = found;
            write(new ColumnCount(found.length, true));
            for (ColumnDefinition column : found) {
                write(column);
            }
            if (eofs) {
                write(new Eof(0, statusFlags));
            }
        }

        @Override
        public void onRow(RowReader row) {
            rows.beginPacket(out(), columns, binary);
            for (int i = 0; i < columns.length; i++) {
                rows.addValue(row, i);
            }
            sequenceId = rows.endPacket(sequenceId);
        }

        @Override
        public void onRowsEnd(int endStatusFlags, int warnings) {
            statusFlags = endStatusFlags;
            write(eofs ? new Eof(warnings, endStatusFlags) : Ok.endOfRows(endStatusFlags, warnings));
        }

        @Override
        public void onOk(Ok ok) {
            statusFlags = ok.statusFlags();
            write(ok);
        }

        @Override
        public void onErr(Err err) {
            write(err);
        }

        @Override
        public void onFileRequest(String name) {
            throw ProtocolException.malformed("a local file is asked for where rows change their form");
        }

        @Override
        public void onProgress(ProgressReport report) {
            if (client.has(CapabilityFlags.MARIADB_CLIENT_PROGRESS)) {
                write(report);
                flush();
            }
        }
    }
}
