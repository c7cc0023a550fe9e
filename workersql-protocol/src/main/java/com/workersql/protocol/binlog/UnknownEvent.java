// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.wire.Bytes;

/**
 * An event that this package does not look into; its type is in the header.
 *
 * <pre>{@code
 * body (rest)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Binlog Event".
 *
 * @param body all behind the header, without the checksum
 */
public record UnknownEvent(Bytes body) implements BinlogEvent {}
