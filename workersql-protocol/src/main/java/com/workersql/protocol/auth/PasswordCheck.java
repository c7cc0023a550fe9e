// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

/** Checks a password somewhere else: a directory, an operating system. Safe for several threads. */
@FunctionalInterface
public interface PasswordCheck {

    /**
     * True when it is the user's password. May take its time: it runs on the executor of the handshakes, never on an event loop.
     *
     * @param password never empty; not to be kept, it is wiped afterwards
     */
    boolean matches(byte[] password);
}
