// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

/**
 * What a statement is, told from its leading words alone. The names follow the statement chapters of the MySQL 8.4 and
 * MariaDB 11 manuals.
 */
public enum StatementKind {
    /** {@code SELECT}, also in parentheses, as the body of a {@code WITH}, and MySQL's {@code TABLE t}. */
    SELECT,
    /** {@code VALUES ROW(...)} as a statement of its own. */
    VALUES,
    /** {@code INSERT}. */
    INSERT,
    /** {@code REPLACE}. */
    REPLACE,
    /** {@code UPDATE}, of one table or several. */
    UPDATE,
    /** {@code DELETE}, of one table or several. */
    DELETE,
    /** {@code DO expression}. */
    DO,
    /** {@code CALL procedure}. */
    CALL,
    /** {@code HANDLER ... OPEN}, {@code READ} and {@code CLOSE}. */
    HANDLER,
    /** {@code LOAD DATA} or {@code LOAD XML}, with or without {@code LOCAL}. */
    LOAD_DATA,
    /** {@code CREATE TABLE}. */
    CREATE_TABLE,
    /** {@code CREATE TEMPORARY TABLE}; it does not commit the transaction. */
    CREATE_TEMPORARY_TABLE,
    /** {@code CREATE VIEW}. */
    CREATE_VIEW,
    /** {@code CREATE INDEX}. */
    CREATE_INDEX,
    /** {@code CREATE PROCEDURE}, {@code FUNCTION} and MariaDB's {@code PACKAGE}. */
    CREATE_ROUTINE,
    /** {@code CREATE TRIGGER}. */
    CREATE_TRIGGER,
    /** {@code CREATE EVENT}. */
    CREATE_EVENT,
    /** {@code CREATE DATABASE}. */
    CREATE_DATABASE,
    /** MariaDB's {@code CREATE SEQUENCE}. */
    CREATE_SEQUENCE,
    /** {@code ALTER TABLE}. */
    ALTER_TABLE,
    /** {@code ALTER} of a view, routine, event or sequence. */
    ALTER_OBJECT,
    /** {@code ALTER DATABASE}. */
    ALTER_DATABASE,
    /** {@code DROP TABLE}. */
    DROP_TABLE,
    /** {@code DROP TEMPORARY TABLE}; it does not commit the transaction. */
    DROP_TEMPORARY_TABLE,
    /** {@code DROP INDEX}. */
    DROP_INDEX,
    /** {@code DROP} of a view, routine, trigger, event or sequence. */
    DROP_OBJECT,
    /** {@code DROP DATABASE}. */
    DROP_DATABASE,
    /** {@code RENAME TABLE}. */
    RENAME_TABLE,
    /** {@code TRUNCATE}. */
    TRUNCATE,
    /** {@code BEGIN} and {@code START TRANSACTION}. */
    BEGIN,
    /** {@code COMMIT}. */
    COMMIT,
    /** {@code ROLLBACK} of the whole transaction. */
    ROLLBACK,
    /** {@code SAVEPOINT}, {@code RELEASE SAVEPOINT} and {@code ROLLBACK TO SAVEPOINT}. */
    SAVEPOINT,
    /** Every {@code XA} statement. */
    XA,
    /** {@code SET} of variables, {@code SET NAMES} and {@code SET CHARACTER SET}. */
    SET,
    /** {@code SET [SESSION] TRANSACTION}. */
    SET_TRANSACTION,
    /** {@code SET ROLE}. */
    SET_ROLE,
    /** {@code USE schema}. */
    USE,
    /** {@code SHOW}, save for the diagnostics. */
    SHOW,
    /** {@code SHOW WARNINGS}, {@code SHOW ERRORS} and {@code SHOW COUNT(*)} of them. */
    SHOW_DIAGNOSTICS,
    /** {@code SHOW GATEWAY ...}, this gateway's own. */
    SHOW_GATEWAY,
    /** {@code EXPLAIN}, {@code DESCRIBE} and {@code ANALYZE} of a statement, a table or a connection. */
    EXPLAIN,
    /** {@code EXPLAIN ROUTE statement}, this gateway's own. */
    EXPLAIN_ROUTE,
    /** {@code HELP}. */
    HELP,
    /** {@code KILL}. */
    KILL,
    /** {@code PREPARE name FROM text}. */
    PREPARE,
    /** {@code EXECUTE name}. */
    EXECUTE,
    /** {@code EXECUTE IMMEDIATE text}. */
    EXECUTE_IMMEDIATE,
    /** {@code DEALLOCATE PREPARE} and {@code DROP PREPARE}. */
    DEALLOCATE,
    /** {@code LOCK TABLES}. */
    LOCK_TABLES,
    /** {@code UNLOCK TABLES}. */
    UNLOCK_TABLES,
    /** {@code FLUSH}. */
    FLUSH,
    /** {@code ANALYZE}, {@code CHECK}, {@code CHECKSUM}, {@code OPTIMIZE} and {@code REPAIR TABLE}. */
    TABLE_MAINTENANCE,
    /** {@code GET DIAGNOSTICS}, {@code SIGNAL} and {@code RESIGNAL}. */
    DIAGNOSTICS,
    /** A block of a stored program sent as a statement: {@code BEGIN NOT ATOMIC}, {@code IF}, {@code FOR} and so on. */
    COMPOUND,
    /** Accounts and privileges: {@code GRANT}, {@code CREATE USER}, {@code SET PASSWORD} and their kind. */
    ACCOUNT,
    /** The server itself: replication, plugins, tablespaces, {@code SHUTDOWN}, {@code BACKUP} and their kind. */
    ADMIN,
    /** Nothing but white space and comments. */
    EMPTY,
    /** More than one statement in one text. */
    MULTIPLE,
    /** None of the above, or text that could not be read. */
    UNKNOWN;

    /** {@return whether the statement changes definitions} */
    public boolean isDdl() {
        return switch (this) {
            case CREATE_TABLE,
                    CREATE_TEMPORARY_TABLE,
                    CREATE_VIEW,
                    CREATE_INDEX,
                    CREATE_ROUTINE,
                    CREATE_TRIGGER,
                    CREATE_EVENT,
                    CREATE_DATABASE,
                    CREATE_SEQUENCE,
                    ALTER_TABLE,
                    ALTER_OBJECT,
                    ALTER_DATABASE,
                    DROP_TABLE,
                    DROP_TEMPORARY_TABLE,
                    DROP_INDEX,
                    DROP_OBJECT,
                    DROP_DATABASE,
                    RENAME_TABLE,
                    TRUNCATE -> true;
            default -> false;
        };
    }
}
