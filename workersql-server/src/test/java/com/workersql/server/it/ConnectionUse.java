// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

/**
 * What a gateway has counted of statements, on connections that were kept and on others, and of reasons to keep one.
 *
 * @param free statements of sessions that kept no connection before
 * @param kept statements of sessions that did
 * @param moved statements that ran on another connection than the one before of their session
 * @param pins reasons to keep a connection, but for transactions and warnings
 */
record ConnectionUse(double free, double kept, double moved, double pins) {
    static ConnectionUse now(Fleet fleet) throws Exception {
        var http = new Http(fleet, "acme");
        double ofTransactions = http.metric("workersql_session_pins_total", "reason=\"transaction\"")
                + http.metric("workersql_session_pins_total", "reason=\"transaction_state_unknown\"")
                + http.metric("workersql_session_pins_total", "reason=\"unread_warnings\"");
        return new ConnectionUse(
                http.metric("workersql_session_statements_total", "pinned=\"false\""),
                http.metric("workersql_session_statements_total", "pinned=\"true\""),
                http.metric("workersql_session_moves_total"),
                http.metric("workersql_session_pins_total") - ofTransactions);
    }

    ConnectionUse since(ConnectionUse before) {
        return new ConnectionUse(free - before.free, kept - before.kept, moved - before.moved, pins - before.pins);
    }

    double movedShare() {
        return moved / free;
    }

    void print(String what) {
        System.out.printf(
                "%s: %,.0f statements, %.1f %% of them on a kept connection, %.0f pins but for transactions; %.1f %% of free"
                        + " statements moved%n",
                what, free + kept, 100 * kept / (free + kept), pins, 100 * movedShare());
    }
}
