// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import com.workersql.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;

/**
 * MariaDB's {@code dialog}: the client's plugin for PAM, by which a server asks questions that a person would answer. Of them one
 * is supported, for a password; the answer goes in clear, so both sides do this over TLS only.
 *
 * <pre>{@code
 * server: kind of the question (1 byte: 2 for an answer that may be seen while it is typed, 4 for a password;
 * and 1 more for the last question), question (to the end)
 * client: answer (ended by NUL)
 * }</pre>
 *
 * <p>Source: mariadb.com "Authentication Plugin - PAM", "dialog".
 */
public final class DialogPassword {
    /** The plugin's name. */
    public static final String PLUGIN = "dialog";

    private static final int QUESTION = 2;
    private static final int PASSWORD_QUESTION = 4;
    private static final int LAST_PASSWORD_QUESTION = 5;

    private DialogPassword() {}

    /** Whether a byte is the kind of a question. */
    public static boolean isQuestion(int kind) {
        return kind >= QUESTION && kind <= LAST_PASSWORD_QUESTION;
    }

    /** Whether a question is for a password. */
    public static boolean asksForPassword(int kind) {
        return kind == PASSWORD_QUESTION || kind == LAST_PASSWORD_QUESTION;
    }

    /** The one question for a password: no other follows. */
    public static Bytes question(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        byte[] question = new byte[1 + encoded.length];
        question[0] = LAST_PASSWORD_QUESTION;
        System.arraycopy(encoded, 0, question, 1, encoded.length);
        return Bytes.of(question);
    }
}
