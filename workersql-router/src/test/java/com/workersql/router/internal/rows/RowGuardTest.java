// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rows;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.ServerFlavor;
import com.workersql.router.StatementContext;
import com.workersql.router.StatementKind;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.rows.RowGuard.Guarded;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowGuardTest {

    private static final StatementContext CONTEXT = StatementContext.of("a", ServerFlavor.MARIADB, 110405);

    private static final RowScope SCOPE = new RowScope() {
        @Override
        public String tenantColumn(String table) {
            return switch (table) {
                case "countries" -> EVERYBODYS;
                case "unknown" -> null;
                default -> "o";
            };
        }

        @Override
        public String literal() {
            return "7";
        }

        @Override
        public boolean isOwn(String literal) {
            return literal.equals("7");
        }

        @Override
        public boolean isOwnParameter(int index) {
            return index == 1;
        }
    };

    private static Guarded guard(String sql) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        FoldedStatement s = new FoldedStatement();
        s.readAll(bytes, 0, bytes.length, CONTEXT);
        String first = sql.split("[ (]", 2)[0].toUpperCase(Locale.ROOT);
        StatementKind kind =
                first.equals("WITH") || first.isEmpty() ? StatementKind.SELECT : StatementKind.valueOf(first);
        return RowGuard.guard(s, bytes, kind, SCOPE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    SELECT 1 | SELECT 1
                    SELECT * FROM t | SELECT * FROM t WHERE t.`o` = 7
                    SELECT * FROM t -- x | SELECT * FROM t WHERE t.`o` = 7 -- x
                    SELECT * FROM `t` AS `x y` WHERE a = 1 OR b = 2 LIMIT 3 | SELECT * FROM `t` AS `x y` WHERE `x y`.`o` = 7 AND ( a = 1 OR b = 2) LIMIT 3
                    SELECT a FROM s.t x USE INDEX (i) GROUP BY a ORDER BY a | SELECT a FROM s.t x USE INDEX (i) WHERE x.`o` = 7 GROUP BY a ORDER BY a
                    SELECT * FROM t, u WHERE t.a = u.a FOR UPDATE | SELECT * FROM t, u WHERE t.`o` = 7 AND u.`o` = 7 AND ( t.a = u.a) FOR UPDATE
                    SELECT * FROM t JOIN u ON t.a = u.a | SELECT * FROM t JOIN u ON t.a = u.a WHERE t.`o` = 7 AND u.`o` = 7
                    SELECT * FROM t JOIN u USING (a) NATURAL JOIN v | SELECT * FROM t JOIN u USING (a) NATURAL JOIN v WHERE t.`o` = 7 AND u.`o` = 7 AND v.`o` = 7
                    SELECT * FROM t LEFT JOIN u ON t.a = u.a OR 1 | SELECT * FROM t LEFT JOIN u ON u.`o` = 7 AND ( t.a = u.a OR 1) WHERE t.`o` = 7
                    SELECT * FROM t RIGHT OUTER JOIN u ON t.a = u.a WHERE 1 | SELECT * FROM t RIGHT OUTER JOIN u ON t.`o` = 7 AND ( t.a = u.a) WHERE u.`o` = 7 AND ( 1)
                    SELECT * FROM t LEFT JOIN (u JOIN v ON 1) ON t.a = u.a | SELECT * FROM t LEFT JOIN (u JOIN v ON 1) ON u.`o` = 7 AND v.`o` = 7 AND ( t.a = u.a) WHERE t.`o` = 7
                    SELECT * FROM t LEFT JOIN u USING (a) | SELECT * FROM t LEFT JOIN (SELECT * FROM u WHERE u.`o` = 7) AS u USING (a) WHERE t.`o` = 7
                    SELECT * FROM t LEFT JOIN s.u AS x USING (a) | SELECT * FROM t LEFT JOIN (SELECT * FROM s.u WHERE u.`o` = 7) AS x USING (a) WHERE t.`o` = 7
                    SELECT * FROM {oj t LEFT JOIN u ON 1} | SELECT * FROM {oj t LEFT JOIN u ON u.`o` = 7 AND ( 1)} WHERE t.`o` = 7
                    SELECT * FROM ((t), (u)) | SELECT * FROM ((t), (u)) WHERE t.`o` = 7 AND u.`o` = 7
                    SELECT * FROM ((SELECT 1) AS d JOIN u ON 1) | SELECT * FROM ((SELECT 1) AS d JOIN u ON 1) WHERE u.`o` = 7
                    SELECT * FROM ((SELECT a FROM t) UNION (SELECT a FROM u)) AS d | SELECT * FROM ((SELECT a FROM t WHERE t.`o` = 7) UNION (SELECT a FROM u WHERE u.`o` = 7)) AS d
                    SELECT a FROM t UNION SELECT a FROM u | SELECT a FROM t WHERE t.`o` = 7 UNION SELECT a FROM u WHERE u.`o` = 7
                    (SELECT a FROM t) UNION ALL (SELECT a FROM u LIMIT 1) | (SELECT a FROM t WHERE t.`o` = 7) UNION ALL (SELECT a FROM u WHERE u.`o` = 7 LIMIT 1)
                    SELECT (SELECT MAX(a) FROM u WHERE u.x = t.x) FROM t | SELECT (SELECT MAX(a) FROM u WHERE u.`o` = 7 AND ( u.x = t.x)) FROM t WHERE t.`o` = 7
                    SELECT a FROM t WHERE EXISTS (SELECT * FROM u) | SELECT a FROM t WHERE t.`o` = 7 AND ( EXISTS (SELECT * FROM u WHERE u.`o` = 7))
                    SELECT a FROM t GROUP BY a HAVING a > ALL (SELECT b FROM u) | SELECT a FROM t WHERE t.`o` = 7 GROUP BY a HAVING a > ALL (SELECT b FROM u WHERE u.`o` = 7)
                    SELECT EXTRACT(DAY FROM a), TRIM(LEADING 'x' FROM b) FROM t | SELECT EXTRACT(DAY FROM a), TRIM(LEADING 'x' FROM b) FROM t WHERE t.`o` = 7
                    SELECT * FROM countries c JOIN t ON t.c = c.c | SELECT * FROM countries c JOIN t ON t.c = c.c WHERE t.`o` = 7
                    SELECT 1 FROM dual | SELECT 1 FROM dual
                    WITH c AS (SELECT * FROM t) SELECT * FROM c JOIN u ON 1 | WITH c AS (SELECT * FROM t WHERE t.`o` = 7) SELECT * FROM c JOIN u ON 1 WHERE u.`o` = 7
                    WITH t AS (SELECT * FROM t) SELECT * FROM t | WITH t AS (SELECT * FROM t WHERE t.`o` = 7) SELECT * FROM t
                    WITH RECURSIVE c (n) AS (SELECT 1 UNION SELECT n FROM c) SELECT * FROM c | WITH RECURSIVE c (n) AS (SELECT 1 UNION SELECT n FROM c) SELECT * FROM c
                    SELECT * FROM (WITH t AS (SELECT 1) SELECT * FROM t) x JOIN t ON 1 | SELECT * FROM (WITH t AS (SELECT 1) SELECT * FROM t) x JOIN t ON 1 WHERE t.`o` = 7
                    WITH c AS (SELECT 1) SELECT * FROM s.c | WITH c AS (SELECT 1) SELECT * FROM s.c WHERE c.`o` = 7
                    WITH c AS (SELECT 1) SELECT * FROM C | WITH c AS (SELECT 1) SELECT * FROM C WHERE C.`o` = 7
                    SELECT a, COUNT(*) FROM t GROUP BY a WITH ROLLUP | SELECT a, COUNT(*) FROM t WHERE t.`o` = 7 GROUP BY a WITH ROLLUP
                    SELECT a FROM t, LATERAL (SELECT b FROM u WHERE u.x = t.x) d | SELECT a FROM t, LATERAL (SELECT b FROM u WHERE u.`o` = 7 AND ( u.x = t.x)) d WHERE t.`o` = 7
                    UPDATE t SET a = 1 | UPDATE t SET a = 1 WHERE t.`o` = 7
                    UPDATE t AS x SET x.a = (SELECT b FROM u LIMIT 1) WHERE x.b = 2 OR 1 ORDER BY a LIMIT 1 | UPDATE t AS x SET x.a = (SELECT b FROM u WHERE u.`o` = 7 LIMIT 1) WHERE x.`o` = 7 AND ( x.b = 2 OR 1) ORDER BY a LIMIT 1
                    UPDATE t JOIN u ON t.a = u.a SET t.b = u.b | UPDATE t JOIN u ON t.a = u.a SET t.b = u.b WHERE t.`o` = 7 AND u.`o` = 7
                    DELETE FROM t | DELETE FROM t WHERE t.`o` = 7
                    DELETE FROM t WHERE a = 1 OR b = 2 RETURNING a | DELETE FROM t WHERE t.`o` = 7 AND ( a = 1 OR b = 2) RETURNING a
                    DELETE t, u FROM t LEFT JOIN u ON 1 WHERE t.a = 1 | DELETE t, u FROM t LEFT JOIN u ON u.`o` = 7 AND ( 1) WHERE t.`o` = 7 AND ( t.a = 1)
                    DELETE FROM x USING t AS x JOIN u ON 1 | DELETE FROM x USING t AS x JOIN u ON 1 WHERE x.`o` = 7 AND u.`o` = 7
                    INSERT INTO t (a, b) VALUES (1, 'x'), (2, (SELECT MAX(b) FROM u)) | INSERT INTO t (a, b, `o`) VALUES (1, 'x', 7), (2, (SELECT MAX(b) FROM u WHERE u.`o` = 7), 7)
                    INSERT INTO t (a, O) VALUES (1, 7), (?, ?) | INSERT INTO t (a, O) VALUES (1, 7), (?, ?)
                    INSERT INTO t SET a = 1, b = 2 | INSERT INTO t SET `o` = 7, a = 1, b = 2
                    INSERT IGNORE INTO t (a) SELECT b FROM u WHERE c = 1 | INSERT IGNORE INTO t (a, `o`) SELECT b, 7 FROM u WHERE u.`o` = 7 AND ( c = 1)
                    INSERT INTO t (a) WITH c AS (SELECT * FROM u) SELECT * FROM c | INSERT INTO t (a, `o`) WITH c AS (SELECT * FROM u WHERE u.`o` = 7) SELECT *, 7 FROM c
                    """)
    void everyTableGetsThePredicateWhereItDecides(String sql, String guarded) {
        Guarded result = guard(sql);
        assertThat(result.refusal()).isNull();
        assertThat(new String(result.text(), StandardCharsets.UTF_8)).isEqualTo(guarded);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    SELECT * FROM unknown | table unknown
                    SELECT a FROM t WHERE 1) OR (1 | parentheses
                    SELECT a FROM t /*!50000 WHERE 1 */ | versioned
                    SELECT * FROM t LEFT JOIN u JOIN v ON 1 ON 2 | without parentheses
                    SELECT * FROM t RIGHT JOIN u USING (a) | without ON
                    SELECT * FROM t NATURAL RIGHT JOIN u | without ON
                    SELECT * FROM t LEFT JOIN u USE INDEX (i) USING (a) | without ON
                    SELECT * FROM t FOR SYSTEM_TIME ALL | another time
                    SELECT * FROM t FOR SYSTEM_TIME ALL WHERE a = 1 | another time
                    SELECT * FROM JSON_TABLE('[]', '$' COLUMNS (a INT PATH '$')) AS j | could not be told
                    SELECT * FROM t PROCEDURE ANALYSE() | in this order
                    SELECT * FROM x.s.t | could not be told
                    SELECT a FROM (TABLE t) AS x | could not be told
                    SELECT 1 UNION TABLE t | TABLE
                    UPDATE t SET o = 8 | tenant column
                    UPDATE t SET a = 1, t.O = 8 | tenant column
                    UPDATE t, countries SET t.a = 1 | share
                    DELETE FROM countries | share
                    INSERT INTO countries (a) VALUES (1) | no tenant column
                    INSERT INTO t VALUES (1) | list its columns
                    INSERT INTO t () VALUES () | list its columns
                    INSERT INTO t (a, o) VALUES (1, 3 + 4) | no plain one
                    INSERT INTO t (a, o) VALUES (1, -7) | no plain one
                    INSERT INTO t (a, o) SELECT 1, 7 | gives the tenant column
                    INSERT INTO t (a) SELECT 1 UNION SELECT 2 | UNION
                    INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = 2 | ON DUPLICATE
                    REPLACE INTO t (a) VALUES (1) | REPLACE
                    CALL p() | CALL
                    """)
    void whatIsNotProvenIsRefused(String sql, String reason) {
        Guarded result = guard(sql);
        assertThat(result.text()).isNull();
        assertThat(result.denied()).isFalse();
        assertThat(result.refusal()).contains(reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    INSERT INTO t (a, o) VALUES (1, 8)
                    INSERT INTO t (a, o) VALUES (1, 7), (2, 8)
                    INSERT INTO t (o, a) VALUES (?, 1)
                    INSERT INTO t SET a = 1, o = '8'
                    """)
    void anotherTenantsRowIsDenied(String sql) {
        Guarded result = guard(sql);
        assertThat(result.text()).isNull();
        assertThat(result.denied()).isTrue();
        assertThat(result.refusal()).isEqualTo("t");
    }
}
