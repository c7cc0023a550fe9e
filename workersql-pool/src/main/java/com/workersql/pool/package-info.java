// SPDX-License-Identifier: Apache-2.0
/**
 * Pooled connections to MySQL and MariaDB servers on Netty: borrowed for one statement or one transaction, forwarded without a
 * copy, reset and checked between two borrowers.
 *
 * <p>Who wants results starts at {@link com.workersql.pool.PooledClient}, who passes bytes on at
 * {@link com.workersql.pool.BackendPool}. Every limit is in {@link com.workersql.pool.PoolConfig}.
 */
package com.workersql.pool;
