// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.session.ReplyHandler;
import com.workersql.protocol.value.RowReader;

/** Reads each value of each row in each way that there is, and takes all else as it comes. */
final class ReadingHandler implements ReplyHandler {
    @Override
    public void onColumns(ColumnDefinition[] columns) {}

    @Override
    public void onRow(RowReader row) {
        for (int i = 0; i < row.columnCount(); i++) {
            if (!row.isNull(i)) {
                EveryGetter.call(row, i);
            }
        }
    }

    @Override
    public void onRowsEnd(int statusFlags, int warnings) {}

    @Override
    public void onOk(Ok ok) {}

    @Override
    public void onErr(Err err) {}

    @Override
    public void onPrepared(StmtPrepareOk statement, ColumnDefinition[] parameters, ColumnDefinition[] columns) {}

    @Override
    public void onText(String text) {}

    @Override
    public void onFileRequest(String name) {}
}
