// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/** The pool was closed. Nothing was sent to the server. */
public final class PoolClosedException extends PoolException {
    private static final long serialVersionUID = 1L;

    PoolClosedException() {
        super("The connection pool is closed", null, null);
    }
}
