// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.ForgetfulProxy.Said;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What the gateway does on a shard so that no session meets another one's state, to be left out for once. */
enum ForgottenStep implements Predicate<Said> {
    /** COM_RESET_CONNECTION between two sessions. */
    RESET,
    /** The setup statement behind it. */
    SETUP,
    /** The handshake's character set behind it, which MySQL alone does not bring back. */
    HANDSHAKE_NAMES,
    /** The character set of a session on a connection that does not have it. */
    NAMES,
    /** Its system variables. */
    VARIABLES,
    /** Its user variables. */
    USER_VARIABLES,
    /** The key that it has generated. */
    GENERATED_KEY,
    /** What its queries have found. */
    FOUND_ROWS;

    private static final String NAMES_OF_THE_HANDSHAKE = "SET NAMES utf8mb4 COLLATE utf8mb4_general_ci";
    private static final Pattern APPLIED_VARIABLES =
            Pattern.compile("SET SESSION (?!session_track|TRANSACTION)[a-z_]+ = (?!CONCAT).*");

    @Override
    public boolean test(Said said) {
        if (this == RESET) {
            return said.code() == Command.COM_RESET_CONNECTION;
        }
        if (!said.isQuery()) {
            return false;
        }
        String sql = said.text();
        return switch (this) {
            case RESET -> false;
            case SETUP -> said.again() && sql.startsWith("SET SESSION session_track_system_variables");
            case HANDSHAKE_NAMES -> sql.equals(NAMES_OF_THE_HANDSHAKE);
            case NAMES -> sql.startsWith("SET NAMES ") && !sql.equals(NAMES_OF_THE_HANDSHAKE);
            case VARIABLES -> APPLIED_VARIABLES.matcher(sql).matches();
            case USER_VARIABLES -> sql.startsWith("SET @`");
            case GENERATED_KEY -> sql.startsWith("SET last_insert_id = ");
            case FOUND_ROWS ->
                sql.startsWith("SELECT SQL_CALC_FOUND_ROWS 1 FROM (SELECT 0 AS n")
                        || sql.equals("SELECT 1 FROM (SELECT 1 AS x) AS t LIMIT 0");
        };
    }
}
