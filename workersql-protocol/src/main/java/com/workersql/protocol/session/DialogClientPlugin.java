// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.auth.DialogPassword;
import com.workersql.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;

/** Answers the one question for a password of MariaDB's {@code dialog}. */
final class DialogClientPlugin extends ClientPlugin {
    private static final int MAX_TOLD_CHARACTERS = 100;

    private boolean isAnswered;

    DialogClientPlugin(ClientHandshakeConfig config, Bytes password) {
        super(DialogPassword.PLUGIN, config, password);
    }

    @Override
    Bytes first(Bytes question) {
        return answer(question);
    }

    @Override
    Bytes next(Bytes question) {
        return answer(question);
    }

    private Bytes answer(Bytes question) {
        if (isAnswered || question.isEmpty() || !DialogPassword.asksForPassword(question.at(0))) {
            throw ProtocolException.badHandshake("the server asks by '" + DialogPassword.PLUGIN + "' for "
                    + (isAnswered ? "more than a password" : "something else than a password") + ": " + text(question));
        }
        isAnswered = true;
        return terminatedPassword();
    }

    private static String text(Bytes question) {
        byte[] bytes = question.toArray();
        int length = Math.min(MAX_TOLD_CHARACTERS, Math.max(0, bytes.length - 1));
        return bytes.length == 0 ? "nothing" : new String(bytes, 1, length, StandardCharsets.UTF_8);
    }
}
