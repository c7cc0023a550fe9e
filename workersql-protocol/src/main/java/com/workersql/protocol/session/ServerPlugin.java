// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.Salt;
import com.workersql.protocol.wire.Bytes;

/** The server's side of one authentication plugin in one exchange: the client's packets go in, what follows comes out. */
abstract class ServerPlugin {

    /** What follows. */
    sealed interface Next permits Ask, Verify, Matched, Refused {}

    /** Send {@code data} and read the client's next packet. */
    record Ask(Bytes data) implements Next {}

    /** Have it computed, then ask {@link Verification#matches}. */
    record Verify(Verification verification) implements Next {}

    /** Proven; {@code data}, where it is not null, is sent in front of what follows. */
    record Matched(Bytes data) implements Next {}

    /** Not proven. */
    record Refused() implements Next {}

    static final Next MATCHED = new Matched(null);
    static final Next REFUSED = new Refused();

    private boolean passwordGiven = true;

    static ServerPlugin of(PasswordVerifier verifier, ServerHandshakeConfig config, boolean userKnown, boolean tls) {
        if (verifier instanceof PasswordVerifier.Native known) {
            return new ServerPlugins.NativePlugin(known);
        }
        if (verifier instanceof PasswordVerifier.Sha256) {
            return new ServerPlugins.Sha256Plugin(verifier, config, tls);
        }
        if (verifier instanceof PasswordVerifier.External) {
            return new ServerPlugins.ClearPlugin(verifier);
        }
        if (verifier instanceof PasswordVerifier.Ed25519 known) {
            return new ServerPlugins.Ed25519Plugin(known);
        }
        if (verifier instanceof PasswordVerifier.Parsec known) {
            return new ServerPlugins.ParsecPlugin(known);
        }
        return new ServerPlugins.CachingSha2Plugin(verifier, config, userKnown, tls);
    }

    /** How long the salt of a switch is. */
    int saltBytes() {
        return Salt.BYTES;
    }

    /** Whether what a client of this plugin answers to the greeting counts; else it is switched to the plugin all the same. */
    boolean takesAnswerToGreeting() {
        return false;
    }

    /** Whether a client may be asked over TLS only. */
    boolean requiresTls() {
        return false;
    }

    /** Whether the client has said anything, for the text of the refusal. */
    boolean passwordGiven() {
        return passwordGiven;
    }

    /** Takes the client's answer to the salt. */
    abstract Next first(Bytes answer, Bytes salt);

    /** Takes the client's answer to an {@link Ask}. */
    Next next(Bytes answer, Bytes salt) {
        return REFUSED;
    }

    /** A client without a password sends nothing, or a lone NUL where it had to send something. */
    final boolean isEmpty(Bytes answer) {
        boolean empty = answer.isEmpty() || (answer.length() == 1 && answer.at(0) == 0);
        passwordGiven = !empty;
        return empty;
    }

    /** The password has come in clear over TLS; its bytes are wiped. */
    static Next verifyClear(PasswordVerifier verifier, Bytes answer) {
        byte[] password = CachingSha2Password.withoutNul(answer.toArray());
        answer.wipe();
        return new Verify(Verification.ofPassword(verifier, password));
    }
}
