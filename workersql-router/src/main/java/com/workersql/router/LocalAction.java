// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.util.List;

/** What the gateway does itself with a statement that is about the session rather than about rows. */
public sealed interface LocalAction {

    /**
     * {@code BEGIN} or {@code START TRANSACTION}.
     *
     * @param readOnly whether {@code READ ONLY} was written
     * @param readWrite whether {@code READ WRITE} was written
     * @param consistentSnapshot whether {@code WITH CONSISTENT SNAPSHOT} was written; it must not wait for the first
     *     statement
     */
    record Begin(boolean readOnly, boolean readWrite, boolean consistentSnapshot) implements LocalAction {}

    /**
     * {@code COMMIT}.
     *
     * @param chain {@code AND CHAIN}
     * @param release {@code RELEASE}
     */
    record Commit(boolean chain, boolean release) implements LocalAction {}

    /**
     * {@code ROLLBACK} of the whole transaction.
     *
     * @param chain {@code AND CHAIN}
     * @param release {@code RELEASE}
     */
    record Rollback(boolean chain, boolean release) implements LocalAction {}

    /**
     * {@code USE schema}.
     *
     * @param schema the schema's name without quotes
     */
    record UseSchema(String schema) implements LocalAction {}

    /** What an assignment sets. */
    enum Scope {
        /** A system variable of the session. */
        SESSION,
        /** A user variable; the name is without the {@code @}. */
        USER,
        /** {@code SET NAMES}: the name is {@code names}, or {@code names collate} for the collation given with it. */
        NAMES,
        /** {@code SET CHARACTER SET}; the name is {@code character set}. */
        CHARACTER_SET
    }

    /**
     * One assignment of a {@code SET}.
     *
     * @param scope what is set
     * @param name the variable's name in lower case, without scope and quotes
     * @param valueText the value as it was written, quotes and escapes included
     * @param literal whether the value is one literal or one bare word, so that it can be understood without a server
     */
    record Assignment(Scope scope, String name, String valueText, boolean literal) {}

    /**
     * {@code SET} of session variables, user variables, {@code NAMES} or {@code CHARACTER SET}, all in one statement.
     *
     * @param assignments in the order written, at least one
     */
    record SetVariables(List<Assignment> assignments) implements LocalAction {
        /** Copies the list. */
        public SetVariables {
            assignments = List.copyOf(assignments);
        }
    }

    /** Transaction isolation, in SQL's words. */
    enum Isolation {
        /** {@code READ UNCOMMITTED}. */
        READ_UNCOMMITTED,
        /** {@code READ COMMITTED}. */
        READ_COMMITTED,
        /** {@code REPEATABLE READ}. */
        REPEATABLE_READ,
        /** {@code SERIALIZABLE}. */
        SERIALIZABLE
    }

    /**
     * {@code SET TRANSACTION} or {@code SET SESSION TRANSACTION}.
     *
     * @param session whether it holds for the session; otherwise for the next transaction only
     * @param isolation the isolation level, or null where none was given
     * @param readOnly whether {@code READ ONLY} was written
     * @param readWrite whether {@code READ WRITE} was written
     */
    record SetTransaction(boolean session, Isolation isolation, boolean readOnly, boolean readWrite)
            implements LocalAction {}

    /** A function whose value the gateway's session knows. */
    enum SessionFunction {
        /** {@code LAST_INSERT_ID()} without argument, or {@code @@last_insert_id}. */
        LAST_INSERT_ID,
        /** {@code ROW_COUNT()}. */
        ROW_COUNT,
        /** {@code FOUND_ROWS()}. */
        FOUND_ROWS,
        /** {@code CONNECTION_ID()}. */
        CONNECTION_ID,
        /** {@code DATABASE()} or {@code SCHEMA()}. */
        DATABASE,
        /** {@code USER()}, {@code SESSION_USER()} or {@code SYSTEM_USER()}. */
        USER,
        /** {@code CURRENT_USER} with or without parentheses. */
        CURRENT_USER,
        /** {@code VERSION()}. */
        VERSION,
        /** {@code @@warning_count}, within a larger statement. */
        WARNING_COUNT,
        /** {@code @@error_count}, within a larger statement. */
        ERROR_COUNT
    }

    /**
     * One column of a {@code SELECT} of session functions.
     *
     * @param function the function
     * @param columnName the column's name as a server would give it: the alias, else the text as written
     */
    record Item(SessionFunction function, String columnName) {}

    /**
     * A {@code SELECT} made of nothing but session functions.
     *
     * @param items the columns, at least one
     */
    record SessionFunctions(List<Item> items) implements LocalAction {
        /** Copies the list. */
        public SessionFunctions {
            items = List.copyOf(items);
        }
    }

    /**
     * {@code SHOW WARNINGS}, {@code SHOW ERRORS} or {@code SHOW COUNT(*)} of one of them.
     *
     * @param errorsOnly {@code ERRORS} rather than {@code WARNINGS}
     * @param count whether only their number is asked for
     * @param offset how many to leave out
     * @param limit how many to show at most; {@link Long#MAX_VALUE} where no {@code LIMIT} was written
     */
    record ShowWarnings(boolean errorsOnly, boolean count, long offset, long limit) implements LocalAction {}

    /**
     * {@code KILL}. The id is the gateway's, which is what its clients see.
     *
     * @param queryOnly {@code KILL QUERY} rather than the connection
     * @param connectionId the id written
     */
    record Kill(boolean queryOnly, long connectionId) implements LocalAction {}

    /**
     * An {@code INSERT} whose key column is filled from a sequence: numbers are drawn from it, and the statement is planned once more
     * with them ({@link Statement#withGeneratedKeys}). The sequence is on the plan's shard.
     *
     * @param sequence the sequence's table
     * @param count how many numbers are wanted, one for each row
     */
    record GenerateKeys(String sequence, int count) implements LocalAction {}

    /**
     * {@code EXPLAIN ROUTE statement}.
     *
     * @param offset where the statement begins, in bytes from the beginning of the text
     * @param length its length in bytes
     */
    record ExplainRoute(int offset, int length) implements LocalAction {}

    /**
     * {@code SHOW [FULL] PROCESSLIST}: the sessions of the gateway, whose ids are the ones that its clients know.
     *
     * @param full whether statements are shown in full
     */
    record ShowProcessList(boolean full) implements LocalAction {}

    /**
     * {@code SHOW GATEWAY what}.
     *
     * @param what the words after {@code GATEWAY} in upper case, one space between them
     */
    record ShowGateway(String what) implements LocalAction {}
}
