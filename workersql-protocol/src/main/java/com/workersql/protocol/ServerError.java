// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol;

import static java.util.Objects.requireNonNull;

/**
 * An error number of the server together with its SQLSTATE.
 *
 * @param errno the error number, 1 to 65535
 * @param sqlState the SQLSTATE, five characters
 */
public record ServerError(int errno, String sqlState) {

    public ServerError {
        requireNonNull(sqlState, "sqlState");
        if (errno < 1 || errno > 0xFFFF) {
            throw new IllegalArgumentException("errno is " + errno + ", allowed are 1 to 65535");
        }
        if (sqlState.length() != 5) {
            throw new IllegalArgumentException("sqlState is '" + sqlState + "', it must have five characters");
        }
    }
}
