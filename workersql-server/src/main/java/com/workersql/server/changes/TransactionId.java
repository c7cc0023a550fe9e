// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

/**
 * The id of a transaction.
 *
 * @param source MariaDB's domain, or the UUID of MySQL's server with a colon and the tag behind it where it has one
 * @param server MariaDB's server; 0 for MySQL
 * @param number within the source
 */
record TransactionId(String source, long server, long number) {
    static TransactionId parse(String text) {
        var parts = text.split(" ", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("'" + text + "' is no transaction");
        }
        return new TransactionId(parts[0], Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    }

    @Override
    public String toString() {
        return source + " " + server + " " + number;
    }
}
