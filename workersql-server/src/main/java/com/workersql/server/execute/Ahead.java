// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Sends what waits for the session's next statement: SET TRANSACTION, BEGIN, SAVEPOINT, and the key that LAST_INSERT_ID()
 * inside a larger statement must answer.
 */
final class Ahead {
    private Ahead() {}

    /**
     * @param ready called when the statement itself may be sent: at once behind a plain BEGIN, which cannot fail while its
     *     connection lives, and after their answers behind all others
     */
    static void send(
            ClientSession session,
            PooledConnection connection,
            StatementInfo info,
            Runnable ready,
            Consumer<GatewayError> failed) {
        if (session.beginPending()) {
            // Should the statement fail, its ERR says nothing of the transaction that is open all the same.
            session.holdReasons().add(HoldReason.TRANSACTION);
        }
        var waiting = session.takeAhead();
        if (info.has(SessionEffect.LAST_INSERT_ID_USED)
                && !session.holdReasons().contains(HoldReason.UNKNOWN_STATE)) {
            waiting = new ArrayList<>(waiting);
            waiting.add("SET last_insert_id = " + Long.toUnsignedString(session.lastInsertId()));
        }
        if (waiting.isEmpty()) {
            ready.run();
        } else if (waiting.size() == 1 && cannotFail(waiting.get(0))) {
            // One write for both. Were the connection to break, both break together.
            ShardConnections.statement(connection, waiting.get(0), (status, broken) -> {});
            ready.run();
        } else {
            next(connection, waiting.iterator(), ready, failed);
        }
    }

    private static void next(
            PooledConnection connection, Iterator<String> waiting, Runnable ready, Consumer<GatewayError> failed) {
        if (!waiting.hasNext()) {
            ready.run();
            return;
        }
        ShardConnections.statement(connection, waiting.next(), (status, broken) -> {
            if (broken != null) {
                failed.accept(GatewayError.notExecuted(broken.getMessage()));
            } else if (status.isError()) {
                failed.accept(GatewayError.ofServer(status.errno(), status.sqlState(), status.message()));
            } else {
                next(connection, waiting, ready, failed);
            }
        });
    }

    private static boolean cannotFail(String sql) {
        String text = sql.strip().toUpperCase(Locale.ROOT);
        return List.of("BEGIN", "BEGIN WORK", "START TRANSACTION").contains(text);
    }
}
