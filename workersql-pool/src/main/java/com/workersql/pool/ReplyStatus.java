// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.StatusFlags;

/**
 * How a command ended: what its last OK, EOF or ERR packet said.
 *
 * @param statusFlags the server's status flags ({@link StatusFlags}); an ERR carries none, then the last known ones
 * @param warnings number of warnings; 0 for an error
 * @param rows of the last result that had columns; -1 when none had
 * @param affectedRows of the last result that had them, else 0; as unsigned
 * @param lastInsertId of the last result that had one, else 0; as unsigned
 * @param errno the server's error number; 0 when there was no error
 * @param sqlState the error's SQLSTATE; null when there was no error
 * @param message the error's message, or the OK's information; null when there was none
 * @param changes what session tracking reported
 */
public record ReplyStatus(
        int statusFlags,
        int warnings,
        long rows,
        long affectedRows,
        long lastInsertId,
        int errno,
        String sqlState,
        String message,
        SessionChanges changes) {
    /** True when the server answered by an error. The status flags are then those from before the command. */
    public boolean isError() {
        return errno != 0;
    }

    /** True when the reply had a result with columns, however many rows. */
    public boolean hasRows() {
        return rows >= 0;
    }

    /** True when a transaction is open, as far as known. */
    public boolean inTransaction() {
        return (statusFlags & StatusFlags.SERVER_STATUS_IN_TRANS) != 0;
    }
}
