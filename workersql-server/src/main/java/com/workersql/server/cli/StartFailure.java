// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

/** The gateway is not started, for a reason that has an exit code of its own. */
final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    StartFailure(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }
}
