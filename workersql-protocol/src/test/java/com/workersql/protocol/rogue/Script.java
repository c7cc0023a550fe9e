// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import com.workersql.protocol.wire.Bytes;

/**
 * What a server says to a client that logs in and asks for rows.
 *
 * @param name what the server does
 * @param greeting what it says first
 * @param login its answer to the response
 * @param reply its answer to the query
 * @param end how the client ends
 */
record Script(String name, Bytes greeting, Bytes login, Bytes reply, End end) {
    /** What a script is expected to end in. */
    enum End {
        ROWS,
        SERVER_ERROR,
        BROKEN
    }

    Script(String name, byte[] greeting, byte[] login, byte[] reply, End end) {
        this(name, Bytes.of(greeting), Bytes.of(login), Bytes.of(reply), end);
    }

    @Override
    public String toString() {
        return name;
    }
}
