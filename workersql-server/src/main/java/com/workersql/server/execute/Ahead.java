// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.protocol.Command;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
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
            connection.enqueue(
                    ReplyKind.QUERY,
                    packet(waiting.get(0)),
                    new ShardConnections.StatusListener((status, broken) -> {}));
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

    private static ByteBuf packet(String sql) {
        byte[] text = sql.getBytes(StandardCharsets.UTF_8);
        var packet = Unpooled.buffer(PacketEncoder.HEADER_BYTES + 1 + text.length);
        PacketEncoder.writeHeader(packet, 1 + text.length, 0);
        return packet.writeByte(Command.COM_QUERY).writeBytes(text);
    }

    private static boolean cannotFail(String sql) {
        String text = sql.strip().toUpperCase(Locale.ROOT);
        return List.of("BEGIN", "BEGIN WORK", "START TRANSACTION").contains(text);
    }
}
