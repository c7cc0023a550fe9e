// SPDX-License-Identifier: Apache-2.0
/**
 * The binary log as a replica receives it, of MySQL (5.6 to 9) and MariaDB (10 and 11): events, table maps with all their
 * metadata, rows as typed values, compressed events and partial JSON. Nothing here does I/O: payloads in, events out.
 *
 * <p>{@link com.workersql.protocol.binlog.BinlogStream} is the entry. Any bytes give an event or a
 * {@link com.workersql.protocol.ProtocolException}; what is inflated, remembered or counted has a limit in
 * {@link com.workersql.protocol.binlog.BinlogLimits}.
 */
package com.workersql.protocol.binlog;
