// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.ColumnCount;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ServerMessage;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a result set that is made here as whole packets, in either form and with or without EOF packets:
 * {@link #columns}, then rows, then {@link #end} or {@link #error}.
 *
 * <pre>
 * new ResultSetWriter(out, 1, capabilities, StatusFlags.SERVER_STATUS_AUTOCOMMIT, false)
 *         .columns(List.of(ColumnDefinition.of("id", ColumnType.LONGLONG), ColumnDefinition.of("name", ColumnType.VAR_STRING)))
 *         .row(1, "one")
 *         .row(2, null)
 *         .end(0);
 * </pre>
 *
 * Rows are written some kilobytes at a time: {@link #end}, {@link #error} and {@link #flush} write what there is.
 *
 * <p>Not for several threads. Source: dev.mysql.com "COM_QUERY Response", "Binary Protocol Resultset".
 */
public final class ResultSetWriter {
    private final ByteBuf out;
    private final CapabilityFlags capabilities;
    private final int statusFlags;
    private final boolean binary;
    private final RowWriter row = RowWriter.holding();
    private ColumnDefinition[] columns = {};
    private int sequenceId;

    /**
     * A writer of one result set.
     *
     * @param out grows as needed; stays the caller's
     * @param sequenceId of the first packet: 1 behind a command of less than 16 MB
     * @param capabilities what was negotiated with the client
     * @param statusFlags of {@link com.workersql.protocol.StatusFlags}, told behind columns and rows
     * @param binary true in reply to COM_STMT_EXECUTE
     */
    public ResultSetWriter(ByteBuf out, int sequenceId, CapabilityFlags capabilities, int statusFlags, boolean binary) {
        this.out = out;
        this.sequenceId = sequenceId;
        this.capabilities = capabilities;
        this.statusFlags = statusFlags;
        this.binary = binary;
    }

    /**
     * Writes the number of columns, their definitions and the EOF behind them where there is one.
     *
     * @param definitions at least one
     * @return this
     */
    public ResultSetWriter columns(List<ColumnDefinition> definitions) {
        return columns(definitions, 0);
    }

    /**
     * Writes the columns, behind which a client without CLIENT_DEPRECATE_EOF is told of diagnostics already.
     *
     * @param definitions at least one
     * @param warnings how many diagnostics there are so far
     * @return this
     */
    public ResultSetWriter columns(List<ColumnDefinition> definitions, int warnings) {
        if (definitions.isEmpty() || columns.length > 0) {
            throw new IllegalStateException("a result set has its columns once, and at least one");
        }
        columns = definitions.toArray(ColumnDefinition[]::new);
        message(new ColumnCount(columns.length, true));
        for (ColumnDefinition column : columns) {
            message(column);
        }
        if (!capabilities.has(CapabilityFlags.CLIENT_DEPRECATE_EOF)) {
            message(new Eof(warnings, statusFlags));
        }
        return this;
    }

    /**
     * Writes a row of values that are each what {@link RowWriter#addObject} takes.
     *
     * @return this
     */
    public ResultSetWriter row(Object... values) {
        sequenceId = row.addPacket(out, columns, binary, Arrays.asList(values), sequenceId);
        return this;
    }

    /**
     * Writes a row by what {@code values} adds to the writer of its payload.
     *
     * @return this
     */
    public ResultSetWriter row(RowValues values) {
        values.addTo(row.beginPacket(out, columns, binary));
        sequenceId = row.endPacket(sequenceId);
        return this;
    }

    /**
     * Ends the result set.
     *
     * @param warnings how many
     * @return the sequence id for what may follow
     */
    public int end(int warnings) {
        if (capabilities.has(CapabilityFlags.CLIENT_DEPRECATE_EOF)) {
            message(Ok.endOfRows(statusFlags, warnings));
        } else {
            message(new Eof(warnings, statusFlags));
        }
        return sequenceId;
    }

    /** Ends the result set, and the whole reply, by an error. */
    public void error(Err err) {
        message(err);
    }

    /** Writes all rows so far to the buffer: to be called when it is given away within a long result. */
    public void flush() {
        row.flush();
    }

    private void message(ServerMessage message) {
        row.flush();
        int header = PacketEncoder.start(out);
        message.encode(out, capabilities);
        sequenceId = PacketEncoder.finish(out, header, sequenceId);
    }

    /** Adds the values of one row. */
    @FunctionalInterface
    public interface RowValues {
        /** Adds one value for each column, in order; neither begins nor ends the row. */
        void addTo(RowWriter row);
    }
}
