// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/** Why the pool closed a connection. */
public enum CloseReason {
    /** Idle for longer than {@link PoolConfig#idleTimeoutMillis()}. */
    IDLE_TIMEOUT,
    /** Older than {@link PoolConfig#maxLifetimeMillis()}. */
    MAX_LIFETIME,
    /** Opened before the server restarted, or before {@link BackendPool#invalidate}. */
    STALE_GENERATION,
    /** The least recently used idle one, closed to make room for another key. */
    MAKE_ROOM,
    /** Above a limit that was lowered. */
    OVER_LIMIT,
    /** It did not answer the check before a borrow. */
    VALIDATION_FAILED,
    /** It did not answer the reset, or by an error. */
    RESET_FAILED,
    /** The borrower discarded it, or gave it back with a command pending. */
    DISCARDED,
    /** The borrower knew that nobody would need it. */
    DISMISSED,
    /** A kill was sent for it. */
    KILLED,
    /** It broke. */
    BROKEN,
    /** The pool is closed. */
    POOL_CLOSED
}
