// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

/** What the gateway itself asks a session's connection, for tests that make trouble with the answer. */
final class GatewaysQuestion {
    /** A client's statement behind which the connection is asked what the client wants to be told. */
    static final String IS_BEHIND = "SET session_track_schema = OFF";

    /** A part of the question that is in no statement of a client. */
    static final String TEXT = ", @@session.sql_mode";

    private GatewaysQuestion() {}
}
