// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.message.server.ColumnCount;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.LocalInfileRequest;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ProgressReport;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.value.RowReader;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Understands what a {@link ResponseScanner} passes on: definitions and rows, one at a time, never a whole result. It is a sink
 * of the scanner, or of whatever hands on the scanner's findings, so there is one set of rules for the shape of a reply.
 *
 * <p>A row that lies in one run as a whole is read in place. Any other is gathered in a buffer that grows with the bytes that
 * have come; {@link #close} gives it back when the connection ends within a row. Belongs to one connection and its thread; used
 * again for each reply by {@link #begin}.
 */
public final class ReplyReader implements ReplySink, AutoCloseable {
    private static final int HEADER_BYTES = 4;
    private static final ColumnDefinition[] NO_COLUMNS = {};

    private final int maxRowBytes;
    private final RowReader row = new RowReader();

    private ReplyKind kind = ReplyKind.NONE;
    private CapabilityFlags capabilities = CapabilityFlags.NONE;
    private ReplyHandler handler;

    private boolean inRows;
    private ColumnDefinition[] columns = NO_COLUMNS;
    private ColumnDefinition[] knownColumns = NO_COLUMNS;
    private StmtPrepareOk prepared;
    private final List<ColumnDefinition> definitions = new ArrayList<>();
    private int definitionsDue;

    private int headerBytes;
    private int header;
    private int packetLeft;
    private ByteBuf gathered;

    /**
     * A reader with its limit.
     *
     * @param maxRowBytes the longest row, and the longest definition, at least 1024; a longer one is a
     *     {@link ProtocolException} as soon as its length is known
     */
    public ReplyReader(int maxRowBytes) {
        if (maxRowBytes < 1024) {
            throw new IllegalArgumentException("maxRowBytes: " + maxRowBytes + " (expected: at least 1024)");
        }
        this.maxRowBytes = maxRowBytes;
    }

    /**
     * Makes ready for the next reply, to be called where the scanner begins it.
     *
     * @param kind the same as the scanner's; not {@link ReplyKind#FETCH}
     * @param negotiated the same as the scanner's
     * @param handler is told what comes
     */
    public void begin(ReplyKind kind, CapabilityFlags negotiated, ReplyHandler handler) {
        begin(kind, negotiated, NO_COLUMNS, handler);
    }

    /**
     * Makes ready for a reply that may lack the definitions of its columns, by
     * {@link CapabilityFlags#MARIADB_CLIENT_CACHE_METADATA} or {@link CapabilityFlags#CLIENT_OPTIONAL_RESULTSET_METADATA}.
     *
     * @param kind the same as the scanner's; not {@link ReplyKind#FETCH}
     * @param negotiated the same as the scanner's
     * @param known the columns of the reply's first result as they were told before, which hold where definitions are left out:
     *     those of the statement's preparation or last execution; a result of another width without definitions is refused
     * @param handler is told what comes
     */
    public void begin(ReplyKind kind, CapabilityFlags negotiated, ColumnDefinition[] known, ReplyHandler handler) {
        if (kind == ReplyKind.FETCH) {
            throw new IllegalArgumentException("rows of a cursor need the columns that its execution told: beginFetch");
        }
        reset(kind, negotiated, handler);
        knownColumns = requireNonNull(known, "known");
    }

    /**
     * Makes ready for the rows of a cursor.
     *
     * @param cursorColumns what {@link ReplyHandler#onColumns} told when the cursor was opened
     * @param negotiated the same as the scanner's
     * @param handler is told what comes
     */
    public void beginFetch(ColumnDefinition[] cursorColumns, CapabilityFlags negotiated, ReplyHandler handler) {
        reset(ReplyKind.FETCH, negotiated, handler);
        columns = requireNonNull(cursorColumns, "cursorColumns");
        inRows = true;
    }

    private void reset(ReplyKind newKind, CapabilityFlags negotiated, ReplyHandler newHandler) {
        close();
        kind = newKind;
        capabilities = negotiated;
        handler = requireNonNull(newHandler, "handler");
        inRows = false;
        columns = NO_COLUMNS;
        prepared = null;
        definitions.clear();
        definitionsDue = 0;
        headerBytes = 0;
        header = 0;
        packetLeft = 0;
    }

    /** Releases what was gathered of a row that did not come to its end. The reader can begin again. */
    @Override
    public void close() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws ProtocolException when a row is over the limit or malformed
     */
    @Override
    public void forward(ByteBuf in, int index, int length) {
        int end = index + length;
        int at = index;
        ByteBuf view = in.duplicate();
        while (at < end) {
            if (headerBytes < HEADER_BYTES) {
                header |= in.getUnsignedByte(at++) << (8 * headerBytes++);
                if (headerBytes < HEADER_BYTES) {
                    continue;
                }
                startPacket();
            }
            int bytes = Math.min(packetLeft, end - at);
            boolean last = (header & ReplyState.FULL_PACKET_BYTES) != ReplyState.FULL_PACKET_BYTES;
            if (gathered == null && last && bytes == packetLeft) {
                view.setIndex(at, at + bytes);
                endPacket();
                packet(view);
            } else {
                gather(in, at, bytes, last);
            }
            at += bytes;
        }
    }

    private void startPacket() {
        packetLeft = header & ReplyState.FULL_PACKET_BYTES;
        long sofar = gathered == null ? 0 : gathered.readableBytes();
        if (sofar + packetLeft > maxRowBytes) {
            throw ProtocolException.packetTooLarge(sofar + packetLeft, maxRowBytes);
        }
    }

    private void endPacket() {
        headerBytes = 0;
        header = 0;
        packetLeft = 0;
    }

    private void gather(ByteBuf in, int index, int bytes, boolean last) {
        if (gathered == null) {
            gathered = in.alloc().buffer(Math.max(bytes, 256));
        }
        gathered.writeBytes(in, index, bytes);
        packetLeft -= bytes;
        if (packetLeft > 0) {
            return;
        }
        endPacket();
        if (last) {
            ByteBuf whole = gathered;
            gathered = null;
            try {
                packet(whole);
            } finally {
                whole.release();
            }
        }
    }

    private void packet(ByteBuf payload) {
        if (definitionsDue > 0 || kind == ReplyKind.FIELD_LIST) {
            definitions.add(ColumnDefinition.decode(payload, capabilities));
            if (--definitionsDue == 0) {
                definitionsComplete();
            }
        } else if (kind == ReplyKind.EXECUTE || kind == ReplyKind.FETCH) {
            handler.onRow(row.wrapBinary(payload, columns));
        } else {
            handler.onRow(row.wrapText(payload, columns));
        }
    }

    private void definitionsComplete() {
        ColumnDefinition[] all = definitions.toArray(NO_COLUMNS);
        definitions.clear();
        if (prepared == null) {
            begun(all);
            return;
        }
        int parameters = prepared.parameters();
        ColumnDefinition[] ofParameters = new ColumnDefinition[parameters];
        ColumnDefinition[] ofColumns = new ColumnDefinition[all.length - parameters];
        System.arraycopy(all, 0, ofParameters, 0, parameters);
        System.arraycopy(all, parameters, ofColumns, 0, ofColumns.length);
        handler.onPrepared(prepared, ofParameters, ofColumns);
    }

    @Override
    public void control(ControlPacket control, int sequenceId, ByteBuf payload) {
        switch (control) {
            case COLUMN_COUNT -> columnCount(ColumnCount.decode(payload, capabilities));
            case PREPARE_OK -> {
                prepared = StmtPrepareOk.decode(payload, capabilities);
                definitionsDue = prepared.parameters() + prepared.columns();
                if (!prepared.metadataFollows()) {
                    definitionsDue = 0;
                    handler.onPrepared(prepared, NO_COLUMNS, NO_COLUMNS);
                } else if (definitionsDue == 0) {
                    definitionsComplete();
                }
            }
            case COLUMNS_EOF -> columnsEof(Eof.decode(payload, capabilities));
            case OK -> {
                Ok ok = Ok.decode(payload, capabilities);
                if (!endsRows(ok.statusFlags(), ok.warnings())) {
                    handler.onOk(ok);
                }
            }
            case EOF -> {
                Eof eof = Eof.decode(payload, capabilities);
                if (!endsRows(eof.statusFlags(), eof.warnings())) {
                    handler.onOk(new Ok(false, 0, 0, eof.statusFlags(), eof.warnings(), "", List.of()));
                }
            }
            case ERR -> {
                inRows = false;
                handler.onErr(Err.decode(payload, capabilities));
            }
            case LOCAL_INFILE ->
                handler.onFileRequest(
                        LocalInfileRequest.decode(payload, capabilities).fileName());
            case STRING -> handler.onText(payload.toString(StandardCharsets.UTF_8));
            case PROGRESS -> handler.onProgress(ProgressReport.decode(payload, capabilities));
        }
    }

    private void columnCount(ColumnCount count) {
        if (count.metadataFollows()) {
            definitionsDue = count.columns();
            return;
        }
        if (count.columns() != knownColumns.length) {
            throw ProtocolException.malformed("a result of " + count.columns()
                    + " columns without their definitions, of " + knownColumns.length + " they are known");
        }
        begun(knownColumns);
    }

    private void begun(ColumnDefinition[] definedBefore) {
        columns = definedBefore;
        inRows = true;
        handler.onColumns(definedBefore);
    }

    /** Only here do classic replies tell that there are no rows but a cursor; its rows would be fetched. */
    private void columnsEof(Eof eof) {
        int cursor = StatusFlags.SERVER_STATUS_CURSOR_EXISTS;
        int cursorOrMore = cursor | StatusFlags.SERVER_MORE_RESULTS_EXISTS;
        if (kind == ReplyKind.EXECUTE && (eof.statusFlags() & cursorOrMore) == cursor) {
            endsRows(eof.statusFlags(), eof.warnings());
        }
    }

    private boolean endsRows(int statusFlags, int warnings) {
        if (kind == ReplyKind.FIELD_LIST) {
            definitionsComplete();
        }
        boolean ended = inRows;
        inRows = false;
        if (ended) {
            handler.onRowsEnd(statusFlags, warnings);
        }
        return ended;
    }
}
