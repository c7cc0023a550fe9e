// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.protocol.message.server.SessionTrack;
import com.workersql.router.LocalAction.Assignment;
import com.workersql.router.LocalAction.SetVariables;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.SqlModes;
import com.workersql.server.session.TrackingSettings;
import com.workersql.server.session.TrackingSettings.Transactions;
import java.util.List;
import java.util.stream.Collectors;

/**
 * SET of {@code session_track_schema} and its kin. The server checks and evaluates it; then its connection is asked for the values, which
 * are the session's from there on, and told the gateway's own again.
 */
final class TrackingAssignments {
    private static final String GTIDS = TrackingSettings.PREFIX + "gtids";

    private TrackingAssignments() {}

    /** Called before a SET is sent. */
    static void begin(ClientSession session, SetVariables set) {
        var names = set.assignments().stream()
                .map(Assignment::name)
                .filter(name -> name.startsWith(TrackingSettings.PREFIX))
                .map(name -> name.substring(TrackingSettings.PREFIX.length()))
                .collect(Collectors.toSet());
        if (!names.isEmpty()) {
            session.tracking().assigned(names);
        }
    }

    /** The question for what a SET has made of the settings, and of what stood beside them and was not told therefore. */
    static String question(ClientSession session) {
        return session.tracking().untold().stream()
                .map(name -> ", @@session." + name)
                .collect(
                        Collectors.joining("", "SELECT " + session.tracking().question() + ", @@session.sql_mode", ""));
    }

    /** Takes over the answer. GTIDs are told by connections that were asked for them only, so that this is replayed. */
    static void learn(ClientSession session, PooledConnection connection, String[] answers) {
        var untold = session.tracking().untold();
        for (int i = 0; i < untold.size(); i++) {
            String value = answers[i + 2] == null ? "NULL" : Assignments.reported(answers[i + 2]);
            replay(session, connection, untold.get(i), value);
        }
        session.sqlModes(SqlModes.parse(answers[1]));
        var settings = TrackingSettings.parse(answers[0]);
        session.tracking().settings(settings);
        if (settings.gtids()) {
            replay(session, connection, GTIDS, "'" + answers[0].split("\\|", 5)[3] + "'");
        } else {
            session.variables(session.variables().without(GTIDS));
        }
    }

    private static void replay(ClientSession session, PooledConnection connection, String name, String value) {
        session.variables(session.variables().with(name, value));
        connection.state().applied(name, value);
    }

    /** Has the connection tell the gateway all of it again; what cannot be set in a transaction, that has not changed either. */
    static String restoring(ClientSession session) {
        return session.tracking().settings().gtids() || session.transaction().isOpen()
                ? TrackingSettings.OF_CONNECTIONS
                : TrackingSettings.OF_CONNECTIONS + TrackingSettings.OF_CONNECTIONS_THAT_WRITE;
    }

    /** What is told of a SET TRANSACTION that waits for its transaction. */
    static List<SessionTrack> ofNextTransaction(ClientSession session) {
        boolean told = session.tracking().isUnderstood()
                && session.tracking().settings().transactions() == Transactions.CHARACTERISTICS
                && !session.transaction().ahead().isEmpty();
        return told
                ? List.of(new SessionTrack.TransactionCharacteristics(
                        String.join("; ", session.transaction().ahead()) + ";"))
                : List.of();
    }
}
