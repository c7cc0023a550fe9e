// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

/** The gateway could not be started; the message says what is wrong and what would help. */
public final class GatewayStartException extends RuntimeException {
    /** The exit code for a configuration that cannot be used. */
    public static final int BAD_CONFIGURATION = 2;

    /** The exit code for an address that cannot be listened on. */
    public static final int ADDRESS_IN_USE = 3;

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /**
     * An exception with the exit code that a process ends with because of it.
     *
     * @param exitCode {@link #BAD_CONFIGURATION} or {@link #ADDRESS_IN_USE}
     * @param message what is wrong
     * @param cause why; may be null
     */
    public GatewayStartException(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /**
     * What the process is to end with.
     *
     * @return the exit code
     */
    public int exitCode() {
        return exitCode;
    }
}
