// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.Locale;
import java.util.Set;

/** Functions that make one value of many rows. */
public final class Aggregates {
    /** In lower case. */
    private static final Set<String> NAMES = Set.of(
            "any_value",
            "avg",
            "bit_and",
            "bit_or",
            "bit_xor",
            "count",
            "group_concat",
            "grouping",
            "json_arrayagg",
            "json_objectagg",
            "max",
            "median",
            "min",
            "percentile_cont",
            "percentile_disc",
            "st_collect",
            "std",
            "stddev",
            "stddev_pop",
            "stddev_samp",
            "sum",
            "var_pop",
            "var_samp",
            "variance");

    private static final int LONGEST_NAME = 16;

    private Aggregates() {}

    /**
     * Whether one of them is called.
     *
     * @param s a statement
     * @param token the place of the name
     * @return false for a name without arguments
     */
    public static boolean isCall(FoldedStatement s, int token) {
        return s.isMark(token + 1, '(')
                && s.kind(token) == Token.WORD
                && s.end(token) - s.start(token) <= LONGEST_NAME
                && NAMES.contains(s.text(token).toLowerCase(Locale.ROOT));
    }

    /** Whether some query of a statement may make one row of all its rows. */
    static boolean mayMakeOneRow(FoldedStatement s) {
        int queries = 0;
        int groups = 0;
        boolean any = false;
        for (int token = 0; token < s.tokens(); token++) {
            queries += s.isWord(token, Word.SELECT) ? 1 : 0;
            groups += s.isWord(token, Word.GROUP) ? 1 : 0;
            any |= isCall(s, token);
        }
        // Of several queries any one may be without groups.
        return any && (groups == 0 || queries > 1);
    }
}
