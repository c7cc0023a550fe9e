// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

/** What a call is to a transaction. */
enum CallKind {
    /** Opens one. */
    BEGIN,
    /** A statement. */
    QUERY,
    /** Ends one, by COMMIT or ROLLBACK. */
    END
}
