// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ReplyHandler;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplyReader;
import com.workersql.protocol.session.ResponseScanner;
import com.workersql.protocol.session.ServerErrorException;
import com.workersql.protocol.value.RowReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One statement of the feed's own and the few rows that answer it. Used once, on one thread. */
final class SmallQuery implements ReplyHandler {
    private static final int MAX_ROW_BYTES = 4 << 20;
    private static final int MAX_ROWS = 1_000;

    private final Answer answer;
    private final ResponseScanner scanner = new ResponseScanner();
    private final ReplyReader reader = new ReplyReader(MAX_ROW_BYTES);
    private final List<String[]> rows = new ArrayList<>();
    private int columns;

    /** Takes the rows. */
    interface Answer {
        /** The rows; null where a value is NULL. */
        void take(List<String[]> rows);
    }

    SmallQuery(CapabilityFlags capabilities, Answer answer) {
        this.answer = answer;
        scanner.begin(ReplyKind.QUERY, capabilities);
        reader.begin(ReplyKind.QUERY, capabilities, this);
    }

    /** The packet that asks. */
    static ByteBuf packet(ByteBufAllocator allocator, String sql) {
        // Not by Netty's writer: behind half a surrogate pair it makes one byte of a character, a backtick of U+0160.
        var text = Unpooled.wrappedBuffer(sql.getBytes(StandardCharsets.UTF_8));
        var payload = allocator.buffer();
        new Query(text).encode(payload, CapabilityFlags.NONE);
        var packet = allocator.buffer();
        PacketEncoder.write(packet, 0, payload);
        payload.release();
        text.release();
        return packet;
    }

    /** Reads what arrived; the answer is given when it is complete. */
    void read(ByteBuf bytes) {
        scanner.scan(bytes, reader);
        if (scanner.isDone()) {
            reader.close();
            answer.take(rows);
        }
    }

    @Override
    public void onColumns(ColumnDefinition[] definitions) {
        columns = definitions.length;
    }

    @Override
    public void onRow(RowReader row) {
        if (rows.size() == MAX_ROWS) {
            return;
        }
        var texts = new String[columns];
        for (int i = 0; i < columns; i++) {
            texts[i] = row.isNull(i) ? null : row.getText(i);
        }
        rows.add(texts);
    }

    @Override
    public void onRowsEnd(int statusFlags, int warnings) {}

    @Override
    public void onOk(Ok ok) {}

    @Override
    public void onErr(Err err) {
        throw new ServerErrorException(err);
    }
}
