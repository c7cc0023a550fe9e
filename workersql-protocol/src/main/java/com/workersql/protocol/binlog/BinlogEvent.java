// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

/** What an event says behind its header. Values: they hold no buffer of the stream. */
public sealed interface BinlogEvent
        permits FormatDescriptionEvent,
                RotateEvent,
                QueryEvent,
                XidEvent,
                XaPrepareEvent,
                GtidEvent,
                PreviousGtidsEvent,
                MariaDbGtidEvent,
                MariaDbGtidListEvent,
                TableMapEvent,
                RowsEvent,
                RowsQueryEvent,
                HeartbeatEvent,
                TransactionPayloadEvent,
                UnknownEvent {}
