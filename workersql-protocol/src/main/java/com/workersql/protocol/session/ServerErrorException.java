// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.message.server.Err;

/** The server answered with an ERR. */
public final class ServerErrorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Err err;

    /**
     * @param err what the server said
     */
    public ServerErrorException(Err err) {
        super(err.errno() + (err.sqlState() == null ? "" : " (" + err.sqlState() + ")") + ": " + err.message());
        this.err = requireNonNull(err, "err");
    }

    /** What the server said. */
    public Err err() {
        return err;
    }
}
