// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

/** Which transactions of a shard have been read, by the ids that all servers of the shard know them by. Immutable. */
sealed interface LogPosition permits MariaDbPosition, MySqlPosition {
    /** The position behind one more transaction. */
    LogPosition plus(TransactionId id);

    /** Whether a transaction is before this position. */
    boolean contains(TransactionId id);

    /** Whether everything before another position is also before this one. */
    boolean contains(LogPosition other);

    /** Whether each source of transactions, or domain, of another position has some before this one. */
    boolean knowsSourcesOf(LogPosition other);

    /** What is before both positions. */
    LogPosition intersection(LogPosition other);

    /** Reads the text of either family. Throws IllegalArgumentException when it is none. */
    static LogPosition parse(boolean isMariaDb, String text) {
        return isMariaDb ? MariaDbPosition.parse(text) : MySqlPosition.parse(text);
    }
}
