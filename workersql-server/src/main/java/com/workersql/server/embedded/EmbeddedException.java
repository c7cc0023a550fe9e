// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

/** Embedded shards cannot be started. The message says what was looked for or done, what came of it, and what to do. */
public final class EmbeddedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EmbeddedException(String message) {
        super(message);
    }

    EmbeddedException(String message, Throwable cause) {
        super(message, cause);
    }
}
