// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

/**
 * The limits of the executor.
 *
 * @param acquireTimeoutNanos how long a statement may wait for a connection
 * @param maxLongDataBytes how much a prepared statement's parameters may hold that were sent in pieces
 * @param warningsHoldMillis how long a connection is kept for a SHOW WARNINGS before the warnings are fetched
 */
public record ExecutorSettings(long acquireTimeoutNanos, long maxLongDataBytes, long warningsHoldMillis) {}
