// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.lex;

import java.nio.charset.StandardCharsets;

/**
 * The words that mean something to the lexer or the classifier; every other word is {@link #OTHER}. Tokens are kept in
 * arrays of numbers, so a word's number in them is its ordinal; it never leaves this package.
 */
@SuppressWarnings("EnumOrdinal")
public enum Word {
    /** A name, or a keyword that nobody asks for. */
    OTHER,
    SELECT,
    INSERT,
    REPLACE,
    UPDATE,
    DELETE,
    WITH,
    VALUES,
    VALUE,
    TABLE,
    DO,
    CALL,
    HANDLER,
    LOAD,
    CREATE,
    ALTER,
    DROP,
    RENAME,
    TRUNCATE,
    BEGIN,
    START,
    COMMIT,
    ROLLBACK,
    SAVEPOINT,
    RELEASE,
    XA,
    SET,
    USE,
    SHOW,
    EXPLAIN,
    DESCRIBE,
    DESC,
    ANALYZE,
    HELP,
    KILL,
    PREPARE,
    EXECUTE,
    DEALLOCATE,
    LOCK,
    UNLOCK,
    FLUSH,
    CHECK,
    CHECKSUM,
    OPTIMIZE,
    REPAIR,
    CACHE,
    GET,
    SIGNAL,
    RESIGNAL,
    IF,
    CASE,
    LOOP,
    WHILE,
    REPEAT,
    FOR,
    DECLARE,
    RETURN,
    LEAVE,
    ITERATE,
    OPEN,
    FETCH,
    CLOSE,
    GRANT,
    REVOKE,
    INSTALL,
    UNINSTALL,
    SHUTDOWN,
    RESTART,
    RESET,
    PURGE,
    CHANGE,
    STOP,
    BINLOG,
    BACKUP,
    CLONE,
    IMPORT,
    GATEWAY,
    ROUTE,
    IN,
    ORDER,
    GROUP,
    BY,
    LIMIT,
    OFFSET,
    HAVING,
    AS,
    ON,
    DUPLICATE,
    KEY,
    FROM,
    INTO,
    JOIN,
    STRAIGHT_JOIN,
    WHERE,
    UNION,
    EXCEPT,
    INTERSECT,
    WINDOW,
    PARTITION,
    AND,
    OR,
    XOR,
    NOT,
    BETWEEN,
    END,
    WHEN,
    THEN,
    ELSE,
    NULL,
    TRUE,
    FALSE,
    DEFAULT,
    IS,
    LIKE,
    EXISTS,
    TEMPORARY,
    ONLINE,
    OFFLINE,
    UNIQUE,
    FULLTEXT,
    SPATIAL,
    INDEX,
    VIEW,
    PROCEDURE,
    FUNCTION,
    TRIGGER,
    EVENT,
    DATABASE,
    SCHEMA,
    DATABASES,
    SCHEMAS,
    SEQUENCE,
    PACKAGE,
    SERVER,
    TABLESPACE,
    LOGFILE,
    UNDO,
    USER,
    ROLE,
    RESOURCE,
    INSTANCE,
    DEFINER,
    SQL,
    SECURITY,
    ALGORITHM,
    AGGREGATE,
    IGNORE,
    LOW_PRIORITY,
    HIGH_PRIORITY,
    DELAYED,
    QUICK,
    CONCURRENT,
    LOCAL,
    INFILE,
    OUTFILE,
    DUMPFILE,
    DATA,
    XML,
    TRANSACTION,
    WORK,
    CHAIN,
    NO,
    READ,
    ONLY,
    WRITE,
    CONSISTENT,
    SNAPSHOT,
    COMMITTED,
    UNCOMMITTED,
    REPEATABLE,
    SERIALIZABLE,
    ISOLATION,
    LEVEL,
    SESSION,
    GLOBAL,
    PERSIST,
    PERSIST_ONLY,
    NAMES,
    CHARACTER,
    CHARSET,
    COLLATE,
    PASSWORD,
    STATEMENT,
    IMMEDIATE,
    WARNINGS,
    ERRORS,
    COUNT,
    TO,
    TABLES,
    COLUMNS,
    FIELDS,
    OF,
    SHARE,
    MODE,
    NOWAIT,
    SKIP,
    LOCKED,
    USING,
    SQL_CALC_FOUND_ROWS,
    LAST_INSERT_ID,
    ROW_COUNT,
    FOUND_ROWS,
    CONNECTION_ID,
    SESSION_USER,
    SYSTEM_USER,
    CURRENT_USER,
    VERSION,
    GET_LOCK,
    RELEASE_LOCK,
    RELEASE_ALL_LOCKS,
    IS_FREE_LOCK,
    IS_USED_LOCK,
    SERVICE_GET_READ_LOCKS,
    SERVICE_GET_WRITE_LOCKS,
    SERVICE_RELEASE_LOCKS,
    VERSION_TOKENS_LOCK_SHARED,
    VERSION_TOKENS_LOCK_EXCLUSIVE,
    VERSION_TOKENS_UNLOCK,
    LOAD_FILE,
    NEXTVAL,
    LASTVAL,
    SETVAL,
    NEXT,
    PREVIOUS,
    MASTER,
    SLAVE,
    REPLICA,
    SOURCE,
    REPLICAS,
    BINARY,
    LOGS,
    LOG,
    RELAYLOG,
    PLUGIN,
    COMPONENT,
    SONAME,
    PROCESSLIST,
    ENGINE,
    STATUS,
    VARIABLES,
    PRIVILEGES,
    HARD,
    SOFT,
    QUERY,
    CONNECTION,
    ID,
    BENCHMARK,
    SLEEP,
    EXPORT,
    HOSTS,
    DIAGNOSTICS,
    CURRENT,
    STACKED,
    ROW,
    OJ,
    LATERAL,
    NATURAL,
    LEFT,
    RIGHT,
    INNER,
    OUTER,
    CROSS,
    REFERENCES,
    EXTENDED,
    FORMAT,
    CONVERT,
    CAST,
    DATE,
    TIME,
    TIMESTAMP,
    CHAR,
    VARCHAR,
    DECIMAL,
    NUMERIC,
    DATETIME,
    FLOAT,
    DOUBLE,
    VARBINARY,
    NCHAR,
    RETURNING,
    FULL,
    STORAGE,
    GRANTS,
    SYSTEM,
    ROWNUM,
    TRIGGERS,
    EVENTS,
    INDEXES,
    KEYS,
    WARNING,
    ERROR,
    PROFILE,
    PROFILES,
    COLLATION,
    PLUGINS,
    ENGINES,
    CODE,
    ONE,
    PHASE,
    SUSPEND,
    MIGRATE,
    RECOVER,
    HISTORY,
    PERIOD,
    MASTER_POS_WAIT,
    MASTER_GTID_WAIT,
    WAIT_FOR_EXECUTED_GTID_SET,
    SOURCE_POS_WAIT,
    SYS_EXEC,
    SYS_EVAL,
    UUID,
    PRIMARY,
    CONSTRAINT,
    FOREIGN,
    ADD,
    MODIFY,
    COLUMN,
    CURSOR,
    RECURSIVE,
    FORCE,
    MINUS,
    GROUPS,
    VERSIONING,
    OPTION,
    UNICODE,
    ASCII,
    DISTINCT,
    ALL,
    NONE,
    MERGE,
    ATOMIC;

    private static final Word[] WORDS = values();
    private static final int TABLE_SIZE = 2048;
    private static final byte[][] SPELLINGS = new byte[TABLE_SIZE][];
    private static final short[] ORDINALS = new short[TABLE_SIZE];
    private static final int LONGEST;

    static {
        int longest = 0;
        for (Word word : WORDS) {
            if (word == OTHER) {
                continue;
            }
            byte[] spelling = word.name().getBytes(StandardCharsets.US_ASCII);
            longest = Math.max(longest, spelling.length);
            int hash = 0;
            for (byte c : spelling) {
                hash = hash(hash, c);
            }
            int slot = slot(hash);
            while (SPELLINGS[slot] != null) {
                slot = (slot + 1) & (TABLE_SIZE - 1);
            }
            SPELLINGS[slot] = spelling;
            ORDINALS[slot] = (short) word.ordinal();
        }
        LONGEST = longest;
    }

    /** {@return whether a token's code is this word} */
    boolean is(int code) {
        return code == ordinal();
    }

    /** {@return the word of an ordinal} */
    static Word of(int ordinal) {
        return WORDS[ordinal];
    }

    /** {@return the ordinal of the word that stands in the bytes, without regard to case} */
    static int find(byte[] bytes, int start, int end, int hash) {
        int length = end - start;
        if (length > LONGEST || length < 2) {
            return 0;
        }
        int slot = slot(hash);
        while (true) {
            byte[] spelling = SPELLINGS[slot];
            if (spelling == null) {
                return 0;
            }
            if (spelling.length == length && matches(spelling, bytes, start)) {
                return ORDINALS[slot];
            }
            slot = (slot + 1) & (TABLE_SIZE - 1);
        }
    }

    private static boolean matches(byte[] spelling, byte[] bytes, int start) {
        for (int i = 0; i < spelling.length; i++) {
            int c = bytes[start + i];
            if (c >= 'a' && c <= 'z') {
                c -= 'a' - 'A';
            }
            if (c != spelling[i]) {
                return false;
            }
        }
        return true;
    }

    /** {@return the hash of one more byte; it clears the case bit, and the comparison tells apart what that merges} */
    static int hash(int hash, byte c) {
        return hash * 31 + (c & 0x5F);
    }

    private static int slot(int hash) {
        return (hash ^ (hash >>> 11)) & (TABLE_SIZE - 1);
    }
}
