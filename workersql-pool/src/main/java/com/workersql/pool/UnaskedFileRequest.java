// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/** A server asks for a file for a command that offers none. */
final class UnaskedFileRequest extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnaskedFileRequest() {
        super("the server asks for a file that nobody has offered", null, false, false);
    }
}
