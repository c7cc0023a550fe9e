// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.lex;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.ClientCharset;
import com.workersql.router.ServerFlavor;
import com.workersql.router.StatementContext;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FoldedStatementTest {

    private static final StatementContext MYSQL = StatementContext.of(null, ServerFlavor.MYSQL, 80036);

    private final FoldedStatement statement = new FoldedStatement();

    private String fold(String sql) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        statement.fold(bytes, 0, bytes.length, MYSQL);
        return statement.fingerprint(10_000, false);
    }

    private byte[] key(String sql) {
        fold(sql);
        return Arrays.copyOf(statement.folded(), statement.foldedLength());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    SELECT  c FROM t /* x */ WHERE id = 5    | SELECT c FROM t WHERE id=?
                    SELECT c FROM t WHERE id IN (1, 2, 3)    | SELECT c FROM t WHERE id IN (?,...)
                    SELECT c FROM t WHERE id IN (-1, 2)      | SELECT c FROM t WHERE id IN (?,...)
                    INSERT INTO t VALUES (1,'a'),(2,'b')     | INSERT INTO t VALUES (?,?),...
                    INSERT INTO t VALUES (1,NULL),(2,NULL),(3,'b') | INSERT INTO t VALUES (?,NULL),...,(?,?),...
                    INSERT INTO t VALUES (1,NULL),(2,'a'),(3,NULL),(4,'b'),(5,NULL) | INSERT INTO t VALUES (?,NULL),...,(?,?),...
                    SELECT a FROM t ORDER BY 2, a + 3 LIMIT 5 | SELECT a FROM t ORDER BY 2,a+? LIMIT ?
                    SELECT a FROM t GROUP BY 1               | SELECT a FROM t GROUP BY 1
                    SELECT TRUE, NULL, FALSE                 | SELECT TRUE,NULL,FALSE
                    SELECT a - 1, -1, (-2), a = -3           | SELECT a-?,?,(?),a=?
                    SELECT 'a' 'b'                           | SELECT ?
                    CREATE TABLE t (a CHAR(10) DEFAULT 'x')  | CREATE TABLE t (a CHAR(10) DEFAULT 'x')
                    SELECT 5--1                              | SELECT ?-?
                    SELECT CAST(a AS DECIMAL(10, 2)), CONVERT(b, CHAR(5)), CHAR(77) | SELECT CAST(a AS DECIMAL(10,2)),CONVERT(b,CHAR(5)),CHAR(77)
                    SELECT CAST(7 AS CHAR(3)), CHAR(a, 1), ROUND(a, 2) | SELECT CAST(? AS CHAR(3)),CHAR(a,?),ROUND(a,?)
                    SELECT a FROM t USE INDEX (i, `PRIMARY`) WHERE b = 1 | SELECT a FROM t USE INDEX (i,`PRIMARY`) WHERE b=?
                    SELECT a.1b, a.5e5c FROM a               | SELECT a.1b,a.5e5c FROM a
                    """)
    void valuesAreFoldedAndWhatCarriesMeaningIsNot(String sql, String fingerprint) {
        assertThat(fold(sql)).isEqualTo(fingerprint);
    }

    @Test
    void listsAndRowsOfAnyLengthAreOneShape() {
        assertThat(key("SELECT a FROM t WHERE b IN (1)")).isEqualTo(key("SELECT a FROM t WHERE b IN (1,2,3,4,5,6,7)"));
        assertThat(key("INSERT INTO t (a,b) VALUES (1,'x')"))
                .isEqualTo(key("INSERT INTO t (a,b) VALUES (1,'x'), (2,'y'), (3,'z')"));
        assertThat(key("INSERT INTO t (a,b) VALUES (1,'x')")).isNotEqualTo(key("INSERT INTO t (a,b) VALUES (1,2)"));
    }

    @Test
    void aLiteralsClassBelongsToTheShape() {
        assertThat(key("SELECT 1")).isNotEqualTo(key("SELECT '1'"));
        assertThat(key("SELECT 1")).isNotEqualTo(key("SELECT 1.0"));
        assertThat(key("SELECT 1")).isNotEqualTo(key("SELECT ?"));
        assertThat(key("SELECT x'41'")).isNotEqualTo(key("SELECT '41'"));
        assertThat(key("SELECT COUNT(*)")).isNotEqualTo(key("SELECT COUNT (*)"));
    }

    @Test
    void literalsKeepTheirTextAndTheSlotTheyStandIn() {
        fold("INSERT INTO t (a,b) VALUES (1,'x'), (-2,'y') ON DUPLICATE KEY UPDATE b = 3");
        assertThat(statement.literals()).isEqualTo(5);
        assertThat(statement.literalSlot(0)).isEqualTo(statement.literalSlot(2)).isZero();
        assertThat(statement.literalSlot(1)).isEqualTo(statement.literalSlot(3)).isEqualTo(1);
        assertThat(statement.literalSlot(4)).isEqualTo(2);
        assertThat(statement.literalText(2)).isEqualTo("-2");
        assertThat(statement.literalNegative(2)).isTrue();
    }

    @Test
    void aListOfAThousandNamesNoMoreTokensThanOneOfTwo() {
        fold("SELECT a FROM t WHERE b IN (1,2)");
        int tokens = statement.tokens();
        fold("SELECT a FROM t WHERE b IN (1" + ",2".repeat(1000) + ")");
        assertThat(statement.tokens()).isEqualTo(tokens);
        assertThat(statement.literals()).isEqualTo(1001);
    }

    @Test
    void noBytesMakeItThrow() {
        Random random = new Random(42);
        String alphabet = "'\"`\\/*!-#;().,?@ \n0e1xXbBNm_$\u0000\u0081\u00ff SELECT IN VALUES M80000 {}";
        byte[] some = alphabet.getBytes(StandardCharsets.ISO_8859_1);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[random.nextInt(60)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = random.nextInt(4) == 0 ? (byte) random.nextInt(256) : some[random.nextInt(some.length)];
            }
            ClientCharset[] charsets = ClientCharset.values();
            StatementContext context = MYSQL.withCharset(charsets[random.nextInt(charsets.length)])
                    .withSqlMode(random.nextBoolean(), random.nextBoolean());
            statement.fold(bytes, 0, bytes.length, context);
            assertThat(statement.fingerprint(1000, false)).isNotNull();
            assertThat(statement.tokens()).isLessThanOrEqualTo(bytes.length + 1);
        }
    }

    @Test
    void everyPrefixOfAStatementIsReadToItsEnd() {
        String sql = "INSERT INTO `a``b`.t VALUES (1.5e-3, x'4a', _utf8'q''\\'', /*!50000 @@x */ @y, .5), (2) -- e\n;";
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length <= bytes.length; length++) {
            statement.fold(bytes, 0, length, MYSQL);
            assertThat(statement.statements()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void depthIsBounded() {
        fold("SELECT " + "(".repeat(256) + "1" + ")".repeat(256));
        assertThat(statement.isTooDeep()).isFalse();
        fold("SELECT " + "(".repeat(257) + "1" + ")".repeat(257));
        assertThat(statement.isTooDeep()).isTrue();
        fold("SELECT " + "NOT ".repeat(300) + "1");
        assertThat(statement.isTooDeep()).isTrue();
        fold("SELECT " + "CASE WHEN 1 THEN ".repeat(300) + "1" + " END".repeat(300));
        assertThat(statement.isTooDeep()).isTrue();
        fold("SELECT " + "- ".repeat(300) + "1");
        assertThat(statement.isTooDeep()).isTrue();
    }

    @Test
    void arraysOfAHugeStatementAreLetGo() {
        fold("SELECT a FROM t WHERE b IN (1" + ",2".repeat(200_000) + ")");
        assertThat(statement.literals()).isEqualTo(200_001);
        statement.release();
        assertThat(fold("SELECT 1")).isEqualTo("SELECT ?");
    }
}
