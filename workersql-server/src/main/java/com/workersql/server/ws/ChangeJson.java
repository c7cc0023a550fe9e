// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.protocol.binlog.ColumnValue;
import com.workersql.protocol.binlog.LogColumn;
import com.workersql.protocol.binlog.LogColumnType;
import com.workersql.protocol.binlog.TableMapEvent;
import com.workersql.protocol.wire.Bytes;
import com.workersql.server.changes.ChangeEvent;
import com.workersql.server.changes.MariaDbTypes;
import com.workersql.server.http.query.JsonOutput;
import com.workersql.server.http.query.JsonRows;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes changes as JSON; each value as the HTTP API writes what a SELECT gives for it. What the log does not tell, the table's
 * columns do, as the HTTP API described them when the subscription began.
 */
final class ChangeJson {
    private static final DateTimeFormatter WALL_CLOCK = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
    private static final int MICRO_DIGITS = 6;

    private final Map<String, String> types;

    /** @param types the type of each column, as the HTTP API names it */
    ChangeJson(Map<String, String> types) {
        this.types = Map.copyOf(types);
    }

    /** Writes the object of one change, without its position. */
    void write(ByteBuf out, ChangeEvent event) {
        JsonOutput.raw(out, "{\"operation\":\"" + event.kind().name().toLowerCase(Locale.ROOT) + "\",\"table\":");
        JsonOutput.string(out, event.table());
        if (event.change() != null) {
            image(out, ",\"before\":", event, event.change().before());
            image(out, ",\"after\":", event, event.change().after());
        }
        JsonOutput.raw(out, ",\"timestamp\":\"" + Instant.ofEpochSecond(event.commitSeconds()) + "\"");
        JsonOutput.raw(out, ",\"endOfTransaction\":" + event.isLastOfTransaction());
    }

    private void image(ByteBuf out, String name, ChangeEvent event, List<ColumnValue> values) {
        if (values.isEmpty()) {
            return;
        }
        JsonOutput.raw(out, name);
        row(out, event.columns(), values, event.zone());
    }

    private void row(ByteBuf out, TableMapEvent table, List<ColumnValue> values, ZoneId zone) {
        out.writeByte('{');
        boolean first = true;
        for (int i = 0; i < values.size(); i++) {
            var column = table.columns().get(i);
            if (values.get(i) == ColumnValue.ABSENT || !column.isVisible()) {
                continue;
            }
            if (!first) {
                out.writeByte(',');
            }
            first = false;
            JsonOutput.string(out, column.name());
            out.writeByte(':');
            value(out, column, values.get(i), zone);
        }
        out.writeByte('}');
    }

    private void value(ByteBuf out, LogColumn column, ColumnValue value, ZoneId zone) {
        if (value instanceof ColumnValue.Null) {
            JsonOutput.raw(out, "null");
        } else if (value instanceof ColumnValue.Int number) {
            if (number.isUnsigned()) {
                JsonOutput.unsigned(out, number.bits());
            } else {
                JsonOutput.integer(out, number.bits());
            }
        } else if (value instanceof ColumnValue.Year year) {
            JsonOutput.integer(out, year.year());
        } else if (value instanceof ColumnValue.Single || value instanceof ColumnValue.Real) {
            JsonOutput.raw(out, value.text());
        } else if (value instanceof ColumnValue.Json json) {
            JsonOutput.json(out, json.text());
        } else if (value instanceof ColumnValue.Timestamp timestamp) {
            JsonOutput.string(out, timestamp(timestamp, zone));
        } else if (value instanceof ColumnValue.Bit bit) {
            base64(out, bit.text().getBytes(StandardCharsets.ISO_8859_1));
        } else if (value instanceof ColumnValue.Text text && "JSON".equals(types.get(column.name()))) {
            // Of MariaDB, in whose log it is text.
            var utf8 = text.bytes().toArray();
            JsonRows.json(out, Unpooled.wrappedBuffer(utf8), 0, utf8.length);
        } else if (value instanceof ColumnValue.Text text && isBytes(column)) {
            bytes(out, column, text.bytes());
        } else {
            JsonOutput.string(out, value.text());
        }
    }

    private static boolean isBytes(LogColumn column) {
        return column.collationId() == LogColumn.BINARY
                || column.type() == LogColumnType.GEOMETRY
                || column.type() == LogColumnType.VECTOR;
    }

    private void bytes(ByteBuf out, LogColumn column, Bytes bytes) {
        var text = MariaDbTypes.text(types.get(column.name()), bytes);
        if (text == null) {
            base64(out, bytes.toArray());
        } else {
            JsonOutput.string(out, text);
        }
    }

    private static void base64(ByteBuf out, byte[] bytes) {
        JsonOutput.base64(out, Unpooled.wrappedBuffer(bytes), 0, bytes.length);
    }

    /** As the server prints it in its own zone; the zero timestamp is in none. */
    private static String timestamp(ColumnValue.Timestamp timestamp, ZoneId zone) {
        if (timestamp.seconds() == 0) {
            return timestamp.text();
        }
        var text = WALL_CLOCK.format(Instant.ofEpochSecond(timestamp.seconds()).atZone(zone));
        return timestamp.digits() == 0
                ? text
                : text + "."
                        + String.format(Locale.ROOT, "%06d", timestamp.micros())
                                .substring(0, Math.min(MICRO_DIGITS, timestamp.digits()));
    }
}
