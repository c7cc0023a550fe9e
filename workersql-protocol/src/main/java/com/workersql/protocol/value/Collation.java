// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static java.util.Objects.requireNonNull;

/**
 * A collation of one family of servers.
 *
 * @param id its number in the protocol, 1 to 65535
 * @param name as SQL has it, with the character set in front: {@code utf8mb4_uca1400_ai_ci}
 * @param characterSet as SQL has it: {@code utf8mb4}
 * @param isDefault whether it is that of its character set where none is named
 */
public record Collation(int id, String name, String characterSet, boolean isDefault) {
    /** Checks that nothing is null. */
    public Collation {
        requireNonNull(name, "name");
        requireNonNull(characterSet, "characterSet");
    }

    /** The statement that makes it a session's own, with its character set for what client and server send. */
    public String setNames() {
        return "SET NAMES " + characterSet + " COLLATE " + name;
    }
}
