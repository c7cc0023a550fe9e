// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import java.util.Set;

/**
 * What others may see of a session, at one moment.
 *
 * @param id the gateway's id
 * @param user who logged in
 * @param host where the client is
 * @param schema the current schema; null when there is none
 * @param shard where it keeps a connection; null when it keeps none
 * @param statement the statement that runs, without its values; null between statements
 * @param inTransaction whether the client believes to be in a transaction
 * @param nanos since the statement began, or since the last one ended
 * @param pins why it keeps its connection
 */
public record SessionView(
        int id,
        String user,
        String host,
        String schema,
        String shard,
        String statement,
        boolean inTransaction,
        long nanos,
        Set<Pins.Pin> pins) {
    static SessionView of(ClientSession session, long nowNanos) {
        var held = session.held();
        return new SessionView(
                session.id(),
                session.principal().user(),
                session.clientHost(),
                session.schema(),
                held == null ? null : held.shard(),
                session.activity().statement(),
                session.transaction().isOpen(),
                // What began while the question was on its way is as old as it can be.
                Math.max(0, nowNanos - session.activity().sinceNanos()),
                session.pins().pins());
    }
}
