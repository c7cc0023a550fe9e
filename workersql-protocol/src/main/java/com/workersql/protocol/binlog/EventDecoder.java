// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;

/** From the body of an event, without its checksum, to what it says; remembers what later events refer to. */
final class EventDecoder {
    private final BinlogLimits limits;
    private final Map<Long, TableMapEvent> tables = new HashMap<>();
    private FormatDescriptionEvent format;

    EventDecoder(BinlogLimits limits) {
        this.limits = limits;
    }

    /** What the current file began with; null before the first. */
    FormatDescriptionEvent format() {
        return format;
    }

    void begin(FormatDescriptionEvent description) {
        format = description;
        tables.clear();
    }

    BinlogEvent decode(EventHeader header, ByteBuf body) {
        return switch (header.type()) {
            case ROTATE -> RotateEvent.decode(body);
            case QUERY -> QueryEvent.decode(body, false, limits);
            case QUERY_COMPRESSED -> QueryEvent.decode(body, true, limits);
            case XID -> XidEvent.decode(body);
            case XA_PREPARE -> XaPrepareEvent.decode(body);
            case HEARTBEAT -> HeartbeatEvent.decode(body, header);
            case HEARTBEAT_V2 -> HeartbeatEvent.decodeV2(body);
            case ROWS_QUERY -> RowsQueryEvent.decode(body, true);
            case ANNOTATE_ROWS -> RowsQueryEvent.decode(body, false);
            case GTID, ANONYMOUS_GTID -> GtidEvent.decode(body);
            case GTID_TAGGED -> GtidEvent.decodeTagged(body);
            case PREVIOUS_GTIDS -> PreviousGtidsEvent.decode(body);
            case MARIADB_GTID -> MariaDbGtidEvent.decode(body, header);
            case MARIADB_GTID_LIST -> MariaDbGtidListEvent.decode(body);
            case TRANSACTION_PAYLOAD -> TransactionPayloadEvent.decode(body, this, limits);
            case TABLE_MAP -> tableMap(body);
            case WRITE_ROWS_V1,
                    UPDATE_ROWS_V1,
                    DELETE_ROWS_V1,
                    WRITE_ROWS,
                    UPDATE_ROWS,
                    DELETE_ROWS,
                    PARTIAL_UPDATE_ROWS,
                    WRITE_ROWS_COMPRESSED_V1,
                    UPDATE_ROWS_COMPRESSED_V1,
                    DELETE_ROWS_COMPRESSED_V1,
                    WRITE_ROWS_COMPRESSED,
                    UPDATE_ROWS_COMPRESSED,
                    DELETE_ROWS_COMPRESSED -> RowsEvent.decode(header, body, formatDue(), tables, limits);
            case STOP, OTHER -> new UnknownEvent(ProtocolStrings.readRestValue(body));
            case FORMAT_DESCRIPTION -> throw ProtocolException.malformed("a format description where none may be");
        };
    }

    private TableMapEvent tableMap(ByteBuf body) {
        TableMapEvent table = TableMapEvent.decode(body, formatDue());
        if (tables.size() >= limits.maxTableMaps() && !tables.containsKey(table.tableId())) {
            throw BinlogLimits.exceeded(
                    "Tables of one statement in the binlog", tables.size() + 1L, limits.maxTableMaps(), "maxTableMaps");
        }
        tables.put(table.tableId(), table);
        return table;
    }

    private FormatDescriptionEvent formatDue() {
        if (format == null) {
            throw ProtocolException.malformed("rows in front of the format description of their binlog");
        }
        return format;
    }
}
