// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.LocalAction.SessionFunction;
import com.workersql.router.NamedEffect.Action;
import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session needs of a statement's text beyond its route: names of what it leaves, and values that only the session has. */
class SessionTextsTest {
    private static final StatementContext CONTEXT = StatementContext.of("acme", ServerFlavor.MARIADB, 110405);
    private final Router router = Router.builder(
                    RoutingPolicy.parse("{version: 1, shards: [shard_0], tenants: {acme: shard_0}}"))
            .build();

    private static String value(SessionFunction function) {
        return switch (function) {
            case ROW_COUNT -> "7";
            case FOUND_ROWS -> "8";
            case CONNECTION_ID -> "9";
            case USER -> "'me'";
            case WARNING_COUNT -> "3";
            default -> null;
        };
    }

    private String written(String sql) {
        byte[] text = router.withSessionValues(Statement.of(CONTEXT, sql), SessionTextsTest::value);
        return text == null ? null : new String(text, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "SELECT ROW_COUNT() + 1 | SELECT 7 + 1 AS `ROW_COUNT() + 1`",
                "SELECT ROW_COUNT()+1 AS n, v FROM t | SELECT 7+1 AS n, v FROM t",
                "SELECT ROW_COUNT()+1 n FROM t | SELECT 7+1 n FROM t",
                "SELECT row_count ( ) = 1, 2 | SELECT 7 = 1 AS `row_count ( ) = 1`, 2",
                "SELECT IF(FOUND_ROWS() > 1, 'a', 'b') | SELECT IF(8 > 1, 'a', 'b') AS `IF(FOUND_ROWS() > 1, 'a', 'b')`",
                "SELECT v FROM t WHERE n = ROW_COUNT() ORDER BY v | SELECT v FROM t WHERE n = 7 ORDER BY v",
                "SELECT (SELECT CONNECTION_ID()) | SELECT (SELECT 9 AS `CONNECTION_ID()`) AS `(SELECT CONNECTION_ID())`",
                "INSERT INTO t (a) VALUES (ROW_COUNT()), (2) | INSERT INTO t (a) VALUES (7), (2)",
                "SELECT USER() IS NULL | SELECT 'me' IS NULL AS `USER() IS NULL`",
                "SELECT CASE WHEN ROW_COUNT() THEN 1 END | SELECT CASE WHEN 7 THEN 1 END AS `CASE WHEN ROW_COUNT() THEN 1 END`",
                "SELECT @@session.warning_count + 1 | SELECT 3 + 1 AS `@@session.warning_count + 1`",
                "SELECT DISTINCT ROW_COUNT() DIV n FROM t | SELECT DISTINCT 7 DIV n AS `ROW_COUNT() DIV n` FROM t",
                "SELECT 1 UNION SELECT ROW_COUNT() | SELECT 1 UNION SELECT 7 AS `ROW_COUNT()`",
                "SELECT `ROW_COUNT`, ROW_COUNT FROM t | ",
                "SELECT 'ROW_COUNT()' | ",
                "SELECT VERSION() + 1 | "
            })
    void writesValuesAndKeepsTheColumnsNames(String sql, String expected) {
        assertThat(written(sql)).isEqualTo(expected);
    }

    @Test
    void replacesFunctionsInEveryRowOfValues() {
        assertThat(written("INSERT INTO t VALUES (ROW_COUNT(), 1), (ROW_COUNT(), 2)"))
                .isEqualTo("INSERT INTO t VALUES (7, 1), (7, 2)");
    }

    @Test
    void keepsBytesThatAreNoUtf8() {
        byte[] sql = "SELECT ROW_COUNT(), '\u00e9'".getBytes(StandardCharsets.ISO_8859_1);
        byte[] written = router.withSessionValues(
                new Statement(CONTEXT.withCharset(ClientCharset.named("latin1")), sql, 0, sql.length, null, null),
                SessionTextsTest::value);
        assertThat(new String(written, StandardCharsets.ISO_8859_1)).isEqualTo("SELECT 7 AS `ROW_COUNT()`, '\u00e9'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "CREATE TEMPORARY TABLE IF NOT EXISTS s.t (a INT) | CREATE_TEMPORARY_TABLE | s.t",
                "DROP TABLE IF EXISTS `a` | DROP_TABLE | a",
                "RENAME TABLE a TO b | RENAME_TABLE | ",
                "ALTER TABLE a RENAME TO b | RENAME_TABLE | ",
                "SELECT GET_LOCK('Job', 5) | TAKE_LOCK | job",
                "SELECT GET_LOCK(CONCAT('a', 'b'), 5) | TAKE_LOCK | ab",
                "SELECT GET_LOCK(CONCAT('a', b), 5) | TAKE_LOCK | ",
                "SELECT GET_LOCK('a''b', 5) | TAKE_LOCK | ",
                "DO RELEASE_LOCK('job') | RELEASE_LOCK | job",
                "SELECT RELEASE_ALL_LOCKS() | RELEASE_ALL_LOCKS | ",
                "HANDLER s.t OPEN AS H | OPEN_HANDLER | h",
                "HANDLER t CLOSE | CLOSE_HANDLER | t",
                "PREPARE St FROM 'SELECT 1' | PREPARE | st",
                "EXECUTE `St` USING @a, @b | EXECUTE | st",
                "DROP PREPARE st | DEALLOCATE | st",
                "SELECT @A := 1 | WRITE_USER_VARIABLE | a",
                "SELECT 1 INTO @b | WRITE_USER_VARIABLE | b",
                "SELECT NEXTVAL(S) | TAKE_SEQUENCE_VALUE | S",
                "SELECT 5, NEXT VALUE FOR `a`.`b` AS id | TAKE_SEQUENCE_VALUE | a.b",
                "DO NEXTVAL(s) | TAKE_SEQUENCE_VALUE | s",
                "INSERT INTO t (a, b) VALUES (?, NEXTVAL(s)) ON DUPLICATE KEY UPDATE a = NEXTVAL(r) | TAKE_SEQUENCE_VALUE | s",
                "SELECT LASTVAL(s) + 1 FROM t | READ_SEQUENCE_VALUE | s",
                "UPDATE t SET a = PREVIOUS VALUE FOR a.s | READ_SEQUENCE_VALUE | a.s",
                "SELECT s.currval | READ_SEQUENCE_VALUE | "
            })
    void namesWhatAStatementLeaves(String sql, Action action, String name) {
        assertThat(router.namedEffects(Statement.of(CONTEXT, sql))).containsExactly(new NamedEffect(action, name));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SELECT NEXTVAL(s) | true | false",
                "SELECT NEXT VALUE FOR s, SETVAL(s, 5) | true | false",
                "SELECT LASTVAL(s) | true | true",
                "INSERT INTO t VALUES (PREVIOUS VALUE FOR s) | true | true",
                "PREPARE p FROM 'SELECT LASTVAL(s)' | true | true",
                "SELECT 1; SELECT LASTVAL(s) | true | true",
                "SELECT s.`CurrVal` FROM s | false | true",
                "SELECT currval, s.nextval FROM s | false | false"
            })
    void tellsWhatTakesAValueOfASequenceFromWhatReadsTheLatest(String sql, boolean takes, boolean reads) {
        var effects = router.plan(Statement.of(CONTEXT.withSchema("acme").withOwnAccount(true), sql))
                .statement()
                .effects();
        assertThat(effects.contains(SessionEffect.SEQUENCE)).isEqualTo(takes);
        assertThat(effects.contains(SessionEffect.SEQUENCE_VALUE_USED)).isEqualTo(reads);
    }

    /** Whether these take a value depends on rows, on conditions, or on what the server makes of the rest. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT NEXTVAL(s) FROM t",
                "SELECT NEXTVAL(s) LIMIT 0",
                "SELECT NEXTVAL(s) WHERE 1 = 0",
                "SELECT IF(?, NEXTVAL(s), 0)",
                "SELECT 0 AND NEXTVAL(s)",
                "SELECT NEXTVAL(s) UNION SELECT NEXTVAL(s)",
                "INSERT INTO t SELECT NEXTVAL(s) FROM r",
                "INSERT INTO t VALUES (COALESCE(?, NEXTVAL(s)))",
                "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = NEXTVAL(s)",
                "INSERT INTO t SET a = NEXTVAL(s)",
                "UPDATE t SET a = NEXTVAL(s)",
                "SET @a = 1"
            })
    void aValueThatMayNotBeTakenIsNotNamed(String sql) {
        assertThat(router.namedEffects(Statement.of(CONTEXT, sql)))
                .extracting(NamedEffect::action)
                .doesNotContain(Action.TAKE_SEQUENCE_VALUE);
    }

    @Test
    void namesWhatIsTakenOfSequencesInTheOrderOfTheText() {
        assertThat(router.namedEffects(
                        Statement.of(CONTEXT, "INSERT INTO t VALUES (NEXTVAL(a), LASTVAL(b)), (NEXT VALUE FOR b, 1)")))
                .containsExactly(
                        new NamedEffect(Action.TAKE_SEQUENCE_VALUE, "a"),
                        new NamedEffect(Action.READ_SEQUENCE_VALUE, "b"),
                        new NamedEffect(Action.TAKE_SEQUENCE_VALUE, "b"));
        assertThat(router.namedEffects(Statement.of(CONTEXT, "SET @a = 1, @b = NEXTVAL(s)")))
                .contains(new NamedEffect(Action.TAKE_SEQUENCE_VALUE, "s"));
    }

    @Test
    void namesEveryTableThatIsDropped() {
        assertThat(router.namedEffects(Statement.of(CONTEXT, "DROP TEMPORARY TABLE a, s.b, `c`")))
                .extracting(NamedEffect::name)
                .containsExactly("a", "s.b", "c");
    }
}
