// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.value.RowReader;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.execute.LocalOk;
import com.workersql.server.execute.LocalRows;
import com.workersql.server.execute.ReplyTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;

/**
 * Turns the reply to one statement into the document of an answer, row by row: a row is cut out of the shard's bytes, written, and
 * forgotten. Confined to the session's event loop.
 */
final class QueryReply implements ReplyTarget {
    private final EventLoop loop;
    private final QueryOutput output;
    private final Options options;
    private final Ending ending;
    private final AnswerDocument document;
    private final PacketDecoder packets;
    private final RowReader reader = new RowReader();

    private CapabilityFlags capabilities;
    private Relay relay;
    private boolean discarding;
    /** A part of the answer was thrown away: where nothing was, the statement is known to have been done. */
    private boolean dropped;

    private boolean over;
    private boolean flushDue;
    private ColumnDefinition[] columns = new ColumnDefinition[0];
    private int columnsKnown;
    private boolean inResult;

    /**
     * @param format what the answer looks like
     * @param binaryRows whether the shard's rows come in the binary form
     * @param maxRowBytes the largest row
     * @param requestId part of the answer
     */
    record Options(AnswerDocument.Format format, boolean binaryRows, int maxRowBytes, String requestId) {}

    /** Who wants to know how the reply ends. */
    interface Ending {
        /** It ends now; the output hears of it next. */
        void ended();

        /** What is told in place of an error. */
        GatewayError instead(GatewayError error);

        /** The reply cannot be turned into an answer, so that the statement had better be ended. */
        void unacceptable(GatewayError error);
    }

    QueryReply(EventLoop loop, QueryOutput output, Options options, Ending ending) {
        this.loop = loop;
        this.output = output;
        this.options = options;
        this.ending = ending;
        this.document = options.format().begin(output, options.requestId(), loop.ticker());
        this.packets = new PacketDecoder(
                ByteBufAllocator.DEFAULT, options.maxRowBytes(), SequenceMode.UNCHECKED, Reservation.UNLIMITED);
    }

    /** Stops or resumes the shard's rows. */
    void reading(boolean reading) {
        if (relay != null) {
            relay.reading(reading);
        }
    }

    /** From here on rows count for nothing: the answer will be an error. */
    void discardRows() {
        discarding = true;
        reading(true);
    }

    /** Ends the answer by an error while the reply is still on its way; what comes of it is thrown away. */
    void giveUp(GatewayError error) {
        if (!over) {
            end();
            document.fail(error);
        }
    }

    /** Nobody wants the answer. */
    void abandon() {
        if (!over) {
            end();
            document.close();
        }
    }

    private void end() {
        over = true;
        relay = null;
        packets.close();
        ending.ended();
    }

    @Override
    public void fromCache(boolean stale) {
        document.fromCache(stale);
    }

    @Override
    public void begin(CapabilityFlags shardCapabilities, Relay flow) {
        capabilities = shardCapabilities;
        if (!over) {
            relay = flow;
            if (!discarding && !output.isWritable()) {
                flow.reading(false);
            }
        }
    }

    @Override
    public void forward(ByteBuf bytes) {
        dropped |= discarding;
        try {
            ByteBuf payload;
            while (!over && !discarding && (payload = packets.decode(bytes)) != null) {
                try {
                    packet(payload);
                } finally {
                    payload.release();
                }
            }
        } catch (ProtocolException e) {
            refuse(e);
        } finally {
            bytes.release();
        }
        flushSoon();
    }

    private void refuse(ProtocolException e) {
        boolean tooLarge = e.errno() == 1153;
        var message = tooLarge
                ? "A row has more than " + options.maxRowBytes() + " bytes (http.max_row_bytes)"
                : "The shard's rows could not be read: " + e.getMessage();
        var errorClass = tooLarge ? ErrorClass.TOO_LARGE : ErrorClass.INTERNAL;
        discarding = true;
        ending.unacceptable(new GatewayError(e.errno(), "HY000", message, errorClass, Outcome.EXECUTED));
    }

    private void packet(ByteBuf payload) {
        if (columnsKnown < columns.length) {
            columns[columnsKnown++] = ColumnDefinition.decode(payload, capabilities);
            if (columnsKnown == columns.length) {
                beginRows(columns);
            }
            return;
        }
        if (!inResult) {
            throw ProtocolException.malformed("a row without columns");
        }
        var row = options.binaryRows() ? reader.wrapBinary(payload, columns) : reader.wrapText(payload, columns);
        document.row(row, payload);
    }

    private void beginRows(ColumnDefinition[] definitions) {
        inResult = true;
        document.beginResult(definitions);
    }

    /** A row that comes alone is not to wait for the next ones; those that come together leave together. */
    private void flushSoon() {
        if (!flushDue && !over) {
            flushDue = true;
            loop.execute(() -> {
                flushDue = false;
                if (!over) {
                    document.flush();
                }
            });
        }
    }

    @Override
    public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
        if (over || discarding) {
            dropped |= kind == ControlPacket.COLUMN_COUNT;
            return;
        }
        switch (kind) {
            case COLUMN_COUNT -> {
                columns = new ColumnDefinition[(int) LengthEncodedInteger.get(payload, payload.readerIndex())];
                columnsKnown = 0;
            }
            case OK, EOF -> {
                document.endResult();
                inResult = false;
            }
            default -> {
                // An ERR comes again with the status; the others say nothing that an answer shows.
            }
        }
    }

    @Override
    public void completed(ReplyStatus status) {
        if (over) {
            return;
        }
        boolean discarded = discarding;
        end();
        if (status.isError()) {
            document.fail(ending.instead(GatewayError.ofServer(status.errno(), status.sqlState(), status.message())));
        } else if (discarded && (dropped || columns.length > 0)) {
            document.fail(ending.instead(GatewayError.internal(options.requestId())));
        } else {
            document.complete(status.affectedRows(), status.lastInsertId(), status.warnings());
        }
    }

    @Override
    public void ok(LocalOk ok) {
        if (!over) {
            end();
            document.complete(0, 0, 0);
        }
    }

    @Override
    public void rows(LocalRows local) {
        if (over) {
            return;
        }
        columns = local.columns().toArray(ColumnDefinition[]::new);
        beginRows(columns);
        var payload = ByteBufAllocator.DEFAULT.buffer();
        try {
            for (var values : local.rows()) {
                if (over) {
                    return;
                }
                payload.clear();
                for (var value : values) {
                    if (value == null) {
                        payload.writeByte(LengthEncodedInteger.NULL_MARKER);
                    } else {
                        ProtocolStrings.writeLengthEncoded(payload, value);
                    }
                }
                document.row(reader.wrapText(payload, columns), payload);
            }
        } finally {
            payload.release();
        }
        if (!over) {
            document.endResult();
            end();
            document.complete(0, 0, 0);
        }
    }

    @Override
    public void failed(GatewayError error) {
        if (!over) {
            end();
            document.fail(ending.instead(error));
        }
    }
}
