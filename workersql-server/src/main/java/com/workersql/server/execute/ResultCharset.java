// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.value.Collations;
import com.workersql.router.ServerFlavor;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.SessionVariables;
import java.util.Locale;

/**
 * The character set of text in results, as column definitions tell it.
 *
 * @param collationId the set's default collation on these servers
 * @param maxBytesPerChar the most bytes of a character
 */
record ResultCharset(int collationId, int maxBytesPerChar) {
    /** What MySQL writes in where it was not told otherwise. */
    static final ResultCharset OF_MYSQL = new ResultCharset(255, 4);

    private static final int UTF8MB4_GENERAL_CI = 45;

    /** The session's, or null where only a server can tell it. */
    static ResultCharset of(ClientSession session, ServerFlavor flavor) {
        var charset = ofHandshake(session.collation(), flavor);
        // In the order of the assignments: the last of those that decide it counts.
        for (var assignment : session.variables().assignments().entrySet()) {
            switch (assignment.getKey()) {
                case SessionVariables.NAMES, SessionVariables.CHARACTER_SET, "character_set_results" ->
                    charset = named(assignment.getValue(), flavor);
                default -> {}
            }
        }
        return charset;
    }

    private static ResultCharset named(String value, ServerFlavor flavor) {
        String[] words =
                value.strip().toLowerCase(Locale.ROOT).replaceAll("['\"`]", "").split("\\s+", -1);
        return switch (words[words.length - 1]) {
            case "utf8mb4" -> new ResultCharset(flavor == ServerFlavor.MYSQL ? 255 : UTF8MB4_GENERAL_CI, 4);
            case "utf8mb4_general_ci" -> new ResultCharset(UTF8MB4_GENERAL_CI, 4);
            case "utf8mb4_bin" -> new ResultCharset(46, 4);
            case "utf8mb4_0900_ai_ci" -> new ResultCharset(255, 4);
            case "latin1", "latin1_swedish_ci" -> new ResultCharset(8, 1);
            case "ascii" -> new ResultCharset(11, 1);
            // Text is sent as it is, which for what servers say themselves is their own character set.
            case "null" -> new ResultCharset(33, 3);
            default -> null;
        };
    }

    private static ResultCharset ofHandshake(int collation, ServerFlavor flavor) {
        if (collation > 255) {
            // Set by its name, behind the login: then results have the character set's default.
            return named(Collations.characterSet(collation), flavor);
        }
        if (collation == 45 || collation == 46 || (collation >= 224 && collation <= 255)) {
            return new ResultCharset(collation, 4);
        }
        if (collation == 33 || collation == 83) {
            return new ResultCharset(collation, 3);
        }
        return collation == 8 || collation == 11 ? new ResultCharset(collation, 1) : null;
    }
}
