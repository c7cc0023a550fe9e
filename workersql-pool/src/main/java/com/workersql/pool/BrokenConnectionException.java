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
    private final int nextSequenceId;

    BrokenConnectionException(Endpoint endpoint, Phase phase, String message, Throwable cause) {
        this(endpoint, phase, -1, message, cause);
    }

    BrokenConnectionException(Endpoint endpoint, Phase phase, int nextSequenceId, String message, Throwable cause) {
        super("Connection to " + endpoint + " broke: " + message, cause, endpoint);
        this.phase = requireNonNull(phase, "phase");
        this.forFile = cause instanceof UnaskedFileRequest;
        this.nextSequenceId = nextSequenceId;
    }

    /**
     * Where an ERR packet may end the reply in the server's place.
     *
     * @return the sequence id of the packet behind the last row that the listener was given; -1 when the reply broke off within a packet
     *     or elsewhere than in its rows
     */
    public int nextSequenceId() {
        return nextSequenceId;
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
