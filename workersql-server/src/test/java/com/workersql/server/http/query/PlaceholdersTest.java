// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.router.ParameterValue;
import com.workersql.server.session.SqlModes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceholdersTest {
    private static final ParameterValue ONE = new ParameterValue.SignedInteger(1);
    private static final ParameterValue TWO = new ParameterValue.SignedInteger(2);

    private static Placeholders.BoundStatement bind(String sql, QueryRequest.Bound bound, SqlModes modes)
            throws Refusal {
        return Placeholders.bind(new QueryRequest(sql, bound, 0, false, null), modes);
    }

    private static QueryRequest.Named a() {
        return new QueryRequest.Named(Map.of("a", ONE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {
                "SELECT :a | SELECT ?",
                "SELECT :a+1 | SELECT ?+1",
                "SELECT ':b', :a | SELECT ':b', ?",
                "SELECT 'it''s :b', :a | SELECT 'it''s :b', ?",
                "SELECT 'it\\'s :b', :a | SELECT 'it\\'s :b', ?",
                "SELECT \":b\\\"\", :a | SELECT \":b\\\"\", ?",
                "SELECT `:b`, :a | SELECT `:b`, ?",
                "SELECT 1 -- :b ? | SELECT 1 -- :b ?",
                "SELECT /* :b ? */ :a | SELECT /* :b ? */ ?",
                "SELECT /*! :a */ | SELECT /*! ? */",
                "SELECT /*M! :a */ | SELECT /*M! ? */",
                "SELECT :a--1 | SELECT ?--1",
                "SELECT @x := :a | SELECT @x := ?",
                "SELECT @x:=:a | SELECT @x:=?",
                "lbl: LOOP SELECT :a | lbl: LOOP SELECT ?",
            })
    void rewritesNamesOutsideOfQuotesAndComments(String sql, String expected) throws Refusal {
        var parameters = expected.indexOf('?') < 0 || expected.contains("-- ") ? new QueryRequest.Named(Map.of()) : a();

        assertThat(bind(sql, parameters, SqlModes.DEFAULT).sql()).isEqualTo(expected);
    }

    @Test
    void bindsANameAsOftenAsItStands() throws Refusal {
        var bound = bind("SELECT :b1, :a, :b1", new QueryRequest.Named(Map.of("a", ONE, "b1", TWO)), SqlModes.DEFAULT);

        assertThat(bound.sql()).isEqualTo("SELECT ?, ?, ?");
        assertThat(bound.values()).containsExactly(TWO, ONE, TWO);
    }

    @Test
    void endsALineCommentWithItsLine() throws Refusal {
        assertThat(bind("SELECT 1 # :b\n, :a", a(), SqlModes.DEFAULT).sql()).isEqualTo("SELECT 1 # :b\n, ?");
    }

    @Test
    void takesABackslashForACharacterWhereTheServerDoes() throws Refusal {
        var modes = new SqlModes(false, true, true, false);

        assertThat(bind("SELECT '\\', :a", a(), modes).sql()).isEqualTo("SELECT '\\', ?");
    }

    @Test
    void takesDoubleQuotesForNamesWhereTheServerDoes() throws Refusal {
        var modes = new SqlModes(true, false, true, false);

        assertThat(bind("SELECT \"\\\", :a", a(), modes).sql()).isEqualTo("SELECT \"\\\", ?");
    }

    @Test
    void refusesANameWithoutAValue() {
        assertThatThrownBy(() -> bind("SELECT :a, :b", a(), SqlModes.DEFAULT))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(":b");
    }

    @Test
    void refusesAValueWithoutItsName() {
        assertThatThrownBy(() -> bind("SELECT 1", a(), SqlModes.DEFAULT)).hasMessageContaining("member a");
    }

    @Test
    void refusesQuestionMarksBesideNames() {
        assertThatThrownBy(() -> bind("SELECT :a, ?", a(), SqlModes.DEFAULT)).hasMessageContaining("character 12");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u0001',
            value = {"SELECT ?, '?' | 1", "SELECT 1 | 0", "SELECT '?' | 0", "SELECT ?,? | 2"})
    void countsQuestionMarks(String sql, int count) throws Refusal {
        var values = List.of(ONE, TWO).subList(0, count);

        assertThat(bind(sql, new QueryRequest.Positional(values), SqlModes.DEFAULT)
                        .values())
                .isEqualTo(values);
    }

    @Test
    void refusesAWrongNumberOfValues() {
        assertThatThrownBy(() -> bind("SELECT ?", new QueryRequest.Positional(List.of(ONE, TWO)), SqlModes.DEFAULT))
                .hasMessage("\"params\" has 2 values, the statement has 1 placeholders");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\u0001',
            delimiter = '|',
            value = {
                "SELECT 'open",
                "SELECT \"open",
                "SELECT `open",
                "SELECT /* open",
                "SELECT 'x\\",
                "--",
                ":",
                "SELECT :"
            })
    void survivesWhatIsCutOff(String sql) throws Refusal {
        assertThat(bind(sql, new QueryRequest.Named(Map.of()), SqlModes.DEFAULT).sql())
                .isEqualTo(sql);
    }
}
