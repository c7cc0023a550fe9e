// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.session.ReplyHandler;
import com.workersql.protocol.value.RowReader;
import io.netty.buffer.ByteBufUtil;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Keeps the rows of the first result that has any, within limits. */
final class ResultCollector implements ReplyHandler {
    private final Endpoint endpoint;
    private final int maxRows;
    private final long maxBytes;
    private final List<List<Object>> rows = new ArrayList<>();
    private List<ColumnDefinition> columns = List.of();
    private StmtPrepareOk prepared;
    private long bytes;
    private int resultsWithRows;

    ResultCollector(Endpoint endpoint, int maxRows, long maxBytes) {
        this.endpoint = endpoint;
        this.maxRows = maxRows;
        this.maxBytes = maxBytes;
    }

    /** What COM_STMT_PREPARE was answered; null for anything else. */
    StmtPrepareOk prepared() {
        return prepared;
    }

    QueryResult result(ReplyStatus status) {
        return new QueryResult(columns, Collections.unmodifiableList(rows), status);
    }

    @Override
    public void onColumns(ColumnDefinition[] definitions) {
        if (++resultsWithRows == 1) {
            columns = List.of(definitions);
        }
    }

    @Override
    public void onRow(RowReader row) {
        if (resultsWithRows > 1) {
            return;
        }
        if (rows.size() == maxRows) {
            throw new ResultTooLargeException(endpoint, "maxRows", maxRows);
        }
        bytes += row.payload().readableBytes();
        if (bytes > maxBytes) {
            throw new ResultTooLargeException(endpoint, "maxResultBytes", maxBytes);
        }
        rows.add(values(row));
    }

    /** The values of a row, as {@link QueryResult} says. */
    static List<Object> values(RowReader row) {
        var values = new Object[row.columnCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.isNull(i) ? null : value(row, i);
        }
        return Collections.unmodifiableList(Arrays.asList(values));
    }

    private static Object value(RowReader row, int i) {
        var column = row.column(i);
        var type = column.type();
        if (type == ColumnType.BIT || column.isBytes()) {
            return ByteBufUtil.getBytes(row.getBytes(i));
        }
        if (type.isInteger()) {
            return column.isUnsigned() ? unsigned(row.getUnsignedLong(i)) : (Object) row.getLong(i);
        }
        return switch (type) {
            case FLOAT, DOUBLE -> row.getDouble(i);
            case DECIMAL, NEWDECIMAL -> new BigDecimal(row.getDecimalText(i));
            default -> row.getText(i);
        };
    }

    private static Object unsigned(long value) {
        return value >= 0 ? (Object) value : new BigInteger(Long.toUnsignedString(value));
    }

    @Override
    public void onRowsEnd(int statusFlags, int warnings) {}

    @Override
    public void onOk(Ok ok) {}

    @Override
    public void onErr(Err err) {}

    @Override
    public void onPrepared(StmtPrepareOk statement, ColumnDefinition[] parameters, ColumnDefinition[] definitions) {
        prepared = statement;
    }
}
