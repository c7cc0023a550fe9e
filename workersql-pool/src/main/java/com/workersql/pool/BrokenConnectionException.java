// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.util.Objects.requireNonNull;

/** The connection ended before a reply was complete. The phase says what can be concluded about the command. */
public final class BrokenConnectionException extends PoolException {
    private static final long serialVersionUID = 1L;

    /** How far the command came. */
    public enum Phase {
        /** The server did not get the whole command, so it proves that it did not run. */
        NOT_SENT,
        /** The command may have arrived; no byte of its reply did. Whether it ran is unknown. */
        SENT,
        /** A part of the reply arrived and was given to the listener. */
        ROWS_STREAMED
    }

    private final Phase phase;
    private final boolean forFile;

    BrokenConnectionException(Endpoint endpoint, Phase phase, String message, Throwable cause) {
        super("Connection to " + endpoint + " broke: " + message, cause, endpoint);
        this.phase = requireNonNull(phase, "phase");
        this.forFile = cause instanceof UnaskedFileRequest;
    }

    /** How far the command came. */
    public Phase phase() {
        return phase;
    }

    /**
     * True when it was ended because the server asked for a file that the command had not offered. A healthy server does not.
     *
     * @see ReplyListener#answersFileRequests()
     */
    public boolean isForFileRequest() {
        return forFile;
    }
}
