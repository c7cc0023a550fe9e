// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import java.util.Locale;
import java.util.Set;

/** Whether the same statement may write different rows on different servers. */
final class NonDeterministic {

    private static final Set<String> FUNCTIONS = Set.of(
            "connection_id",
            "curdate",
            "current_date",
            "current_time",
            "current_timestamp",
            "current_user",
            "curtime",
            "localtime",
            "localtimestamp",
            "now",
            "rand",
            "random_bytes",
            "sysdate",
            "sys_guid",
            "unix_timestamp",
            "user",
            "utc_date",
            "utc_time",
            "utc_timestamp",
            "uuid",
            "uuid_short",
            "uuid_v4",
            "uuid_v7");

    private NonDeterministic() {}

    static boolean isUsed(FoldedStatement s, StatementInfo info) {
        for (SessionEffect effect : info.effects()) {
            switch (effect) {
                case USER_VARIABLE,
                        USER_VARIABLE_USED,
                        LAST_INSERT_ID_USED,
                        ROW_COUNT_USED,
                        FOUND_ROWS_USED,
                        CALL,
                        SEQUENCE -> {
                    return true;
                }
                default -> {}
            }
        }
        for (int token = 0; token < s.tokens(); token++) {
            if (s.kind(token) == Token.SYSTEM_VARIABLE) {
                return true;
            }
            if (s.kind(token) == Token.WORD
                    && !s.isMark(token - 1, '.')
                    && s.end(token) - s.start(token) <= 20
                    && FUNCTIONS.contains(s.text(token).toLowerCase(Locale.ROOT))) {
                return true;
            }
        }
        return false;
    }
}
