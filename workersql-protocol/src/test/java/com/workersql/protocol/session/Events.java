// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ProgressReport;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.value.RowReader;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes down what a reply says, a line for each call. */
class Events implements ReplyHandler {
    final List<String> list = new ArrayList<>();
    ColumnDefinition[] columns;

    /** What a reply says, however it is cut. */
    static Events read(ReplyBytes reply) {
        return read(reply, new ColumnDefinition[0]);
    }

    /** Cuts the input in the middle of everything once, and gives it as a whole once. */
    static Events read(ReplyBytes reply, ColumnDefinition[] known) {
        byte[] bytes = reply.bytes();
        Events whole = null;
        for (int cut : new int[] {bytes.length, bytes.length / 2, 5}) {
            Events events = new Events();
            ReplyReader reader = new ReplyReader(1 << 25);
            ResponseScanner scanner = new ResponseScanner();
            reader.begin(reply.kind, reply.capabilities, known, events);
            scanner.begin(reply.kind, reply.capabilities);
            scanner.scan(Unpooled.wrappedBuffer(Arrays.copyOf(bytes, cut)), reader);
            scanner.scan(Unpooled.wrappedBuffer(bytes, cut, bytes.length - cut), reader);
            reader.close();
            assertThat(scanner.isDone()).as("the reply is over").isTrue();
            assertThat(whole == null || whole.list.equals(events.list)).isTrue();
            whole = events;
        }
        return whole;
    }

    @Override
    public void onColumns(ColumnDefinition[] found) {
        columns = found;
        list.add("columns " + found.length);
    }

    @Override
    public void onRow(RowReader row) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < row.columnCount(); i++) {
            values.add(row.isNull(i) ? null : row.getText(i));
        }
        list.add("row " + values);
    }

    @Override
    public void onRowsEnd(int statusFlags, int warnings) {
        list.add("end " + statusFlags + " " + warnings);
    }

    @Override
    public void onOk(Ok ok) {
        list.add("ok " + ok.statusFlags());
    }

    @Override
    public void onErr(Err err) {
        list.add("err " + err.errno());
    }

    @Override
    public void onPrepared(StmtPrepareOk statement, ColumnDefinition[] parameters, ColumnDefinition[] ofColumns) {
        list.add("prepared " + statement.statementId() + " of " + statement.parameters() + " and "
                + statement.columns());
    }

    @Override
    public void onText(String text) {
        list.add("text " + text);
    }

    @Override
    public void onFileRequest(String name) {
        list.add("file " + name);
    }

    /** What a handler does that never sends files. */
    final void refuseFile(String name) {
        ReplyHandler.super.onFileRequest(name);
    }

    @Override
    public void onProgress(ProgressReport report) {
        list.add("progress " + report.stage() + "/" + report.stages() + " " + report.percentThousandths() + " "
                + report.info());
    }
}
