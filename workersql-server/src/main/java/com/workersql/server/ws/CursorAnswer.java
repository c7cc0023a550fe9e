// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.value.RowReader;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.http.Deadline;
import com.workersql.server.http.query.AnswerDocument;
import com.workersql.server.http.query.AnswerFigures;
import com.workersql.server.http.query.JsonOutput;
import com.workersql.server.http.query.JsonRows;
import com.workersql.server.http.query.QueryOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Ticker;

/**
 * The answer of one statement as messages: the columns, the rows as far as the client has given credit, the figures at the end.
 * What the shard has sent beyond the credit is held; of the shard's rows no more are read as long as there is any. Confined to the
 * socket's event loop.
 */
final class CursorAnswer implements AnswerDocument {
    private static final int MESSAGE_BYTES = 16 * 1024;
    private static final int ANSWER_TOO_LARGE = 1301;
    private static final int TOOK_TOO_LONG = 3024;

    private final StreamCall call;
    private final Heading heading;
    private final boolean rowsAsArrays;
    private final PendingMessages pending = new PendingMessages();
    private final Deadline unread;
    private QueryOutput output;
    private AnswerFigures figures;
    private JsonRows rows;
    private long cursor;
    private long creditRows;
    private long creditBytes = ClientMessage.ALL;
    private long sequence;
    private long rowCount;
    private boolean refused;
    private boolean wanted = true;
    private boolean waiting;
    private boolean over;
    /** The statement's last message, which waits for the rows before it; null as long as the statement runs. */
    private ServerMessage last;

    /**
     * What the messages of an answer begin with.
     *
     * @param id of the request
     * @param step of a batch; negative for a request of one statement
     */
    record Heading(String id, int step) {
        ServerMessage on(String type) {
            var message = ServerMessage.of(type).json("id", id);
            return step < 0 ? message : message.number("step", step);
        }

        ServerMessage end() {
            return on(step < 0 ? "done" : "step");
        }
    }

    /** @param fetch how many rows may be sent at first */
    CursorAnswer(StreamCall call, Heading heading, boolean rowsAsArrays, long fetch) {
        this.call = call;
        this.heading = heading;
        this.rowsAsArrays = rowsAsArrays;
        this.creditRows = fetch;
        this.unread = new Deadline(call.loop(), this::notFetched);
    }

    /** The statement starts; this is the form of its answer. */
    AnswerDocument begin(QueryOutput to, String requestId, Ticker clock) {
        output = to;
        figures = new AnswerFigures(requestId, clock);
        return this;
    }

    @Override
    public void fromCache(boolean stale) {
        figures.fromCache(stale);
    }

    @Override
    public void beginResult(ColumnDefinition[] columns) {
        if (refused) {
            return;
        }
        rows = new JsonRows(columns, rowsAsArrays);
        if (cursor == 0) {
            cursor = call.openCursor(this);
        }
        var message = heading.on("cursor").number("cursor", cursor);
        rows.writeColumns(message.name("columns").out());
        hold(message.end());
    }

    private void hold(ByteBuf message) {
        int bytes = message.readableBytes();
        pending.out().writeBytes(message);
        message.release();
        pending.message(bytes);
        reserve(bytes);
    }

    @Override
    public void row(RowReader row, ByteBuf payload) {
        if (refused) {
            return;
        }
        var out = pending.out();
        int before = out.readableBytes();
        out.writeByte(',');
        rows.writeRow(out, row, payload);
        int bytes = out.readableBytes() - before;
        pending.row(bytes);
        rowCount++;
        reserve(bytes);
        if (!refused && pending.sizeBytes() >= MESSAGE_BYTES) {
            flush();
        }
    }

    private void reserve(int bytes) {
        if (!call.budget().tryTake(bytes)) {
            // These bytes were not taken, all others were.
            call.budget().give(pending.sizeBytes() - bytes);
            pending.release();
            refused = true;
            call.stop(new GatewayError(
                    ANSWER_TOO_LARGE,
                    "HY000",
                    "The answers that WebSocket clients have not read yet hold all of "
                            + call.budget().limitBytes() + " bytes (answer_budget_bytes)",
                    ErrorClass.TOO_LARGE,
                    Outcome.EXECUTED));
        }
    }

    @Override
    public void endResult() {
        // The next message, whatever it is, ends it.
    }

    @Override
    public void flush() {
        while (!over && !pending.isEmpty() && call.isWritable()) {
            if (pending.isMessageNext()) {
                int before = pending.sizeBytes();
                var message = ByteBufAllocator.DEFAULT.buffer(before);
                pending.takeMessage(message);
                call.send(message, before - pending.sizeBytes());
            } else if (hasCredit()) {
                sendRows();
            } else {
                break;
            }
        }
        if (over) {
            return;
        }
        if (last != null && pending.isEmpty()) {
            finish();
        } else {
            settle();
        }
    }

    private void sendRows() {
        int before = pending.sizeBytes();
        var message = ServerMessage.of("rows").number("cursor", cursor).number("seq", ++sequence);
        message.name("data").out().writeByte('[');
        int start = message.out().writerIndex();
        int taken = pending.takeRows(message.out(), creditRows, Math.min(MESSAGE_BYTES, creditBytes));
        int bytes = message.out().writerIndex() - start;
        creditRows = creditRows == ClientMessage.ALL ? creditRows : creditRows - taken;
        creditBytes = creditBytes == ClientMessage.ALL ? creditBytes : Math.max(0, creditBytes - bytes);
        message.out().writeByte(']');
        call.send(message.end(), before - pending.sizeBytes());
    }

    private boolean hasCredit() {
        return creditRows > 0 && creditBytes > 0;
    }

    /** Whether the shard's rows are wanted now; later changes are told to the call. */
    boolean isReading() {
        wanted = wantsRows();
        return wanted;
    }

    /** Without credit one look ahead is taken, by which an end without rows is seen. */
    private boolean wantsRows() {
        return call.isWritable() && (pending.isEmpty() || hasCredit());
    }

    /** Whether nothing goes on before the client gives more credit. */
    boolean isWaiting() {
        return waiting;
    }

    /** Stops or resumes the shard, and tells the call when it is the client whose turn it is. */
    private void settle() {
        boolean now = wantsRows();
        if (now != wanted) {
            wanted = now;
            call.rowsWanted(now);
        }
        boolean wait = !over && !pending.isEmpty() && !hasCredit();
        if (wait != waiting) {
            waiting = wait;
            call.waitingChanged();
        }
    }

    /** The client wants more. */
    void fetch(long maxRows, long maxBytes) {
        creditRows = creditRows > ClientMessage.ALL - maxRows ? ClientMessage.ALL : creditRows + maxRows;
        if (maxBytes == ClientMessage.ALL || creditBytes == ClientMessage.ALL) {
            creditBytes = maxBytes;
        } else {
            creditBytes += maxBytes;
        }
        if (last != null) {
            unread.set(call.unreadMillis());
        }
        flush();
    }

    @Override
    public void complete(long affectedRows, long lastInsertId, int warnings) {
        last = heading.end();
        var out = last.out();
        if (rows == null) {
            JsonOutput.unsigned(last.name("rowsAffected").out(), affectedRows);
        } else {
            last.number("cursor", cursor).number("rowCount", rowCount);
        }
        out.writeByte(',');
        if (lastInsertId != 0) {
            AnswerFigures.insertId(out, lastInsertId);
            out.writeByte(',');
        }
        figures.write(out, warnings);
        last.json("success", "true");
        flush();
        if (!over) {
            unread.set(call.unreadMillis());
        }
    }

    private void finish() {
        var message = last.end();
        last = null;
        end();
        output.complete(message);
    }

    @Override
    public void fail(GatewayError error) {
        end();
        output.fail(error, Unpooled.EMPTY_BUFFER);
    }

    @Override
    public void close() {
        end();
    }

    private void end() {
        over = true;
        unread.close();
        call.budget().give(pending.sizeBytes());
        pending.release();
        if (last != null) {
            last.out().release();
            last = null;
        }
        if (cursor != 0) {
            call.closeCursor(cursor);
        }
        if (waiting) {
            waiting = false;
            call.waitingChanged();
        }
    }

    private void notFetched() {
        stop(new GatewayError(
                TOOK_TOO_LONG,
                "HY000",
                "The rows were not fetched within " + call.unreadMillis() + " ms (http.max_statement_millis)",
                ErrorClass.TIMEOUT,
                Outcome.EXECUTED));
    }

    /** Ends an answer whose statement has ended on its shard already; any other ends by its statement. */
    void stop(GatewayError error) {
        if (last != null) {
            fail(error);
        }
    }

    /** The client is gone; what {@link #stop} says of the statement holds here too. */
    void abandon() {
        if (last != null) {
            end();
            output.abandoned();
        }
    }
}
