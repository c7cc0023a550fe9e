// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.value.Collations;
import com.workersql.router.ServerFlavor;
import java.util.Set;

/** The collation that a client names as it logs in. */
final class FirstCollation {
    private static final int MAX_GREETED = 255;
    private static final int UTF8MB4_GENERAL_CI = 45;

    /** In these an SQL text cannot be told from bytes: no server takes them from a client. */
    private static final Set<String> OF_NO_CLIENT = Set.of("ucs2", "utf16", "utf16le", "utf32");

    private FirstCollation() {}

    /** Why the shards would refuse the client; null where they would not. */
    static Err refusal(int id) {
        String characterSet = Collations.characterSet(id);
        return characterSet == null || !OF_NO_CLIENT.contains(characterSet)
                ? null
                : Err.of(
                        ServerErrors.ER_WRONG_VALUE_FOR_VAR,
                        "Variable 'character_set_client' can't be set to the value of '" + characterSet + "'");
    }

    /** What its session begins with: of the ids that no handshake can carry only those that the shards have. */
    static int of(int id, ServerFlavor flavor) {
        boolean isKnown = id <= MAX_GREETED
                || Collations.of(flavor == ServerFlavor.MARIADB).byId(id) != null;
        return isKnown ? id : UTF8MB4_GENERAL_CI;
    }
}
