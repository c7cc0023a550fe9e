// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.router.NamedEffect;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import java.util.HashSet;
import java.util.List;

/**
 * Lets a session read the latest value that it took of a sequence only where its connection has it for certain. To take a value
 * keeps no connection, since hardly anybody reads it again; a session that asks for it outside of a transaction is an exception,
 * and keeps the connection with the next value that it takes.
 */
final class LatestValues {
    private static final GatewayError REFUSED = GatewayError.refused(
            1235,
            "42000",
            "This gateway doesn't yet support 'PREVIOUS VALUE of a sequence of which the session need not have taken its latest value"
                    + " on this connection'; take NEXTVAL by a statement of its own or by a value of a row in the same transaction, or"
                    + " again from now on, as the session will keep that connection");

    private static final GatewayError DEFINITION_REFUSED = GatewayError.refused(
            1235,
            "42000",
            "This gateway doesn't yet support 'PREVIOUS VALUE of a sequence in a definition': sessions share connections, which know"
                    + " others' values");

    private LatestValues() {}

    /** Whether a statement takes a value on a connection that the session will have to keep for it. */
    static boolean keepConnection(ClientSession session, StatementInfo info) {
        return info.has(SessionEffect.SEQUENCE)
                && !info.isDdl()
                && session.takenSequences().areReadOutsideTransactions();
    }

    /** Why a statement may not run on a connection; null where it may. */
    static GatewayError refusal(
            ClientSession session, PooledConnection connection, Work work, List<NamedEffect> named) {
        var info = work.info();
        if (!info.has(SessionEffect.SEQUENCE_VALUE_USED) || isColumn(session, info)) {
            return null;
        }
        if (info.isDdl()) {
            // The server runs events on connections of its own.
            return info.kind() == StatementKind.CREATE_EVENT ? null : DEFINITION_REFUSED;
        }
        if (isKnown(session, connection, named)) {
            return null;
        }
        if (!session.transaction().isOpen()) {
            session.takenSequences().readOutsideTransactions();
        }
        return work.isRun() ? REFUSED : null;
    }

    private static boolean isColumn(ClientSession session, StatementInfo info) {
        return !info.has(SessionEffect.SEQUENCE) && !session.sqlModes().oracle();
    }

    private static boolean isKnown(ClientSession session, PooledConnection connection, List<NamedEffect> named) {
        var held = session.held();
        boolean isHeld = held != null && held.connection() == connection;
        var own = new HashSet<String>(4);
        boolean reads = false;
        for (var effect : named) {
            String name = Effects.qualified(session, effect.name());
            switch (effect.action()) {
                case TAKE_SEQUENCE_VALUE -> own.add(name);
                case READ_SEQUENCE_VALUE -> {
                    reads = true;
                    if (!own.contains(name)
                            && !(isHeld && session.takenSequences().contains(name))) {
                        return false;
                    }
                }
                default -> {}
            }
        }
        // Otherwise it is in a text within the text.
        return reads;
    }
}
