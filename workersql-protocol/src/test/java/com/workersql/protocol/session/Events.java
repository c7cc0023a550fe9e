// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ProgressReport;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.value.RowReader;
import java.util.ArrayList;
import java.util.List;

/** Writes down what a reply says, a line for each call. */
class Events implements ReplyHandler {
    final List<String> list = new ArrayList<>();
    ColumnDefinition[] columns;

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
