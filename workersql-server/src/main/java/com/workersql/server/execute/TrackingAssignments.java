// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.protocol.message.server.SessionTrack;
import com.workersql.router.LocalAction.Assignment;
import com.workersql.router.LocalAction.SetVariables;
import com.workersql.server.session.ClientSession;
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

    /** The question for what a SET has made of the settings. */
    static String question(ClientSession session) {
        return "SELECT " + session.tracking().question();
    }

    /** Takes over the answer. GTIDs are told by connections that were asked for them only, so that this is replayed. */
    static void learn(ClientSession session, PooledConnection connection, String answer) {
        var settings = TrackingSettings.parse(answer);
        session.tracking().settings(settings);
        if (settings.gtids()) {
            String value = "'" + answer.split("\\|", 5)[3] + "'";
            session.variables(session.variables().with(GTIDS, value));
            connection.state().applied(GTIDS, value);
        } else {
            session.variables(session.variables().without(GTIDS));
        }
    }

    /** Has the connection tell the gateway all of it again. */
    static String restoring(ClientSession session) {
        return session.tracking().settings().gtids()
                ? TrackingSettings.OF_CONNECTIONS
                : TrackingSettings.OF_CONNECTIONS + TrackingSettings.OF_CONNECTIONS_THAT_WRITE;
    }

    /** What is told of a SET TRANSACTION that waits for its transaction. */
    static List<SessionTrack> ofNextTransaction(ClientSession session) {
        boolean told = session.tracking().isUnderstood()
                && session.tracking().settings().transactions() == Transactions.CHARACTERISTICS
                && !session.ahead().isEmpty();
        return told
                ? List.of(new SessionTrack.TransactionCharacteristics(String.join("; ", session.ahead()) + ";"))
                : List.of();
    }
}
