// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.auth.Salt;
import com.workersql.protocol.wire.Bytes;

/**
 * The server's side of one authentication plugin in one exchange: the client's packets go in, what follows comes out. What plugins there
 * are is in {@link ServerPlugins}.
 */
final class ServerPlugin {

    /** What follows. */
    sealed interface Next permits Ask, Verify, Matched, Refused {}

    /** Send {@code data} and read the client's next packet. */
    record Ask(Bytes data) implements Next {}

    /** Have it computed, then ask {@link Verification#matches}. */
    record Verify(Verification verification) implements Next {}

    /**
     * Proven.
     *
     * @param data sent in front of what follows; null for none
     * @param principal who has proven it, where that is not the name that the client gave; nullable
     */
    record Matched(Bytes data, String principal) implements Next {}

    /**
     * Not proven.
     *
     * @param data sent in front of the refusal; null for none
     * @param detail what the client is told besides; null for nothing
     * @param cause for a log line; nullable
     */
    record Refused(Bytes data, String detail, Exception cause) implements Next {}

    static final Next MATCHED = new Matched(null, null);
    static final Next REFUSED = new Refused(null, null, null);

    /** What a plugin makes of a packet of the client. */
    @FunctionalInterface
    interface Answer {
        Next take(Bytes answer, Bytes salt);
    }

    private final Answer toSalt;
    private Answer toAsk = (answer, salt) -> REFUSED;
    private Next toNothing = REFUSED;
    private Bytes question;
    private int saltBytes = Salt.BYTES;
    private boolean takesAnswerToGreeting;
    private boolean requiresTls;
    private boolean passwordGiven = true;
    private Runnable toClose = () -> {};

    /**
     * A plugin that takes one packet and refuses who says nothing.
     *
     * @param toSalt takes the client's answer to the salt
     */
    ServerPlugin(Answer toSalt) {
        this.toSalt = toSalt;
    }

    /** What a client of this plugin answers to the greeting counts; else it is switched to the plugin all the same. */
    ServerPlugin takingAnswerToGreeting() {
        takesAnswerToGreeting = true;
        return this;
    }

    /** A client may be asked over TLS only. */
    ServerPlugin requiringTls() {
        requiresTls = true;
        return this;
    }

    /** How long the salt of a switch is. */
    ServerPlugin withSaltOf(int bytes) {
        saltBytes = bytes;
        return this;
    }

    /** What the client is sent in the place of a salt. */
    ServerPlugin asking(Bytes theQuestion) {
        question = theQuestion;
        return this;
    }

    /** What follows where the client has no password; null where that is the {@code toSalt}'s to say. */
    ServerPlugin withoutPassword(Next next) {
        toNothing = next;
        return this;
    }

    /** Takes the client's answers to what it was asked. */
    ServerPlugin withFurther(Answer answer) {
        toAsk = answer;
        return this;
    }

    /** What the plugin holds that has to be disposed of. */
    ServerPlugin closing(Runnable closing) {
        toClose = closing;
        return this;
    }

    /** Disposes of what the plugin holds, also while it is verifying; any number of times. */
    void close() {
        toClose.run();
    }

    int saltBytes() {
        return saltBytes;
    }

    /** What is sent along with the plugin's name. */
    Bytes opening(Bytes salt) {
        return question == null ? salt : question;
    }

    boolean takesAnswerToGreeting() {
        return takesAnswerToGreeting;
    }

    boolean requiresTls() {
        return requiresTls;
    }

    /** Whether the client has said anything, for the text of the refusal. */
    boolean passwordGiven() {
        return passwordGiven;
    }

    /** Takes the client's answer to the salt. */
    Next first(Bytes answer, Bytes salt) {
        if (toNothing != null) {
            passwordGiven = !isEmpty(answer);
            if (!passwordGiven) {
                return toNothing;
            }
        }
        return toSalt.take(answer, salt);
    }

    /** Takes the client's answer to an {@link Ask}. */
    Next next(Bytes answer, Bytes salt) {
        return toAsk.take(answer, salt);
    }

    /** A client without a password sends nothing, or a lone NUL where it had to send something. */
    private static boolean isEmpty(Bytes answer) {
        return answer.isEmpty() || (answer.length() == 1 && answer.at(0) == 0);
    }
}
