// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
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
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One reply: the scanner finds its parts, the reader its rows. */
final class QueryHandler extends ChannelInboundHandlerAdapter implements ReplyHandler {
    private final ResponseScanner scanner = new ResponseScanner();
    private final ReplyReader reader = new ReplyReader(1 << 16);
    private final CompletableFuture<List<String>> answer;
    private final int wantedRows;
    private final List<String> rows = new ArrayList<>();

    QueryHandler(CompletableFuture<List<String>> answer, int wantedRows) {
        this.answer = answer;
        this.wantedRows = wantedRows;
    }

    void begin(CapabilityFlags capabilities) {
        scanner.begin(ReplyKind.QUERY, capabilities);
        reader.begin(ReplyKind.QUERY, capabilities, this);
    }

    void read(ByteBuf in) {
        scanner.scan(in, reader);
    }

    boolean isDone() {
        return scanner.isDone();
    }

    void release() {
        reader.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (!answer.isDone()) {
                read(in);
                if (isDone() || rows.size() >= wantedRows) {
                    answer.complete(rows);
                    ctx.close();
                }
            }
        } catch (ProtocolException e) {
            answer.completeExceptionally(e);
            ctx.close();
        } finally {
            in.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        answer.completeExceptionally(new IOException("The server closed the connection inside of its reply"));
        release();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        answer.completeExceptionally(cause);
        ctx.close();
    }

    @Override
    public void onColumns(ColumnDefinition[] columns) {
        assertThat(columns).isNotNull();
    }

    @Override
    public void onRow(RowReader row) {
        if (rows.size() >= wantedRows) {
            return;
        }
        List<String> values = new ArrayList<>();
        for (int i = 0; i < row.columnCount(); i++) {
            values.add(row.isNull(i) ? null : row.getText(i));
        }
        rows.add(values.toString());
    }

    @Override
    public void onRowsEnd(int statusFlags, int warnings) {}

    @Override
    public void onOk(Ok ok) {}

    @Override
    public void onErr(Err err) {
        answer.completeExceptionally(new ServerErrorException(err));
    }
}
