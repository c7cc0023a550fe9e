// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.testing.RawClient;
import com.workersql.protocol.testing.RawReply;
import com.workersql.server.Gateway;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Dialogues about cursors, said to a gateway and to a server alone, or to one of them. */
record CursorTwin(SessionTwin twin) {
    /** As before DEPRECATE_EOF. */
    static final long CAPABILITIES = SessionTwin.CAPABILITIES & ~CapabilityFlags.CLIENT_DEPRECATE_EOF;

    static final int READ_ONLY = 1;

    /** Prepares on both sides; the ids of the gateway and of the server. */
    int[] prepare(String sql) throws IOException {
        var ids = new int[2];
        twin.both("prepare " + sql, (client, side) -> {
            var reply = client.command(Command.COM_STMT_PREPARE, sql.getBytes(StandardCharsets.UTF_8));
            ids[side] = reply.isError() ? 0 : reply.statementId();
            return reply.isError() ? reply : reply.withoutStatementId();
        });
        return ids;
    }

    /** Executes on both sides; the status flags of the answer. */
    int execute(int[] ids, int flags) throws IOException {
        return status(twin.both(
                "execute " + ids[0] + " with flags " + flags, (client, side) -> execute(client, ids[side], flags)));
    }

    /**
     * Executes without a cursor a statement that may have had one. MySQL 9 does not answer that, so that its cursor is ended in another way
     * there, and the gateway's answer has to stand alone.
     */
    void executeWithout(int[] ids, int rows) throws IOException {
        if (Fleet.isMySql()) {
            assertThat(execute(twin.gateway(), ids[0], 0).payloads()).hasSizeGreaterThan(rows);
            twin.direct().command(Command.COM_STMT_RESET, id(ids[1]));
            twin.query("SELECT 1");
        } else {
            execute(ids, 0);
        }
    }

    /** Opens a cursor on both sides. */
    int[] open(String sql) throws IOException {
        var ids = prepare(sql);
        execute(ids, READ_ONLY);
        return ids;
    }

    /** Fetches on both sides; the status flags of the answer. */
    int fetch(int[] ids, int rows) throws IOException {
        return status(twin.both("fetch " + rows + " of " + ids[0], (client, side) -> {
            var reply = fetch(client, ids[side], rows);
            // The text names the statement by its id.
            return reply.isError() ? reply.withoutMessage() : reply;
        }));
    }

    /** A command on both sides that names a statement and nothing else. */
    void on(int[] ids, String name, int code) throws IOException {
        twin.both(name + " " + ids[0], (client, side) -> client.command(code, id(ids[side])));
    }

    /** MySQL's driver, told to read by cursors of two rows. */
    static Connection jdbc(Gateway gateway, String user, String password, String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mysql://127.0.0.1:" + gateway.mysqlAddress().getPort() + "/" + database
                        + "?sslMode=DISABLED&allowPublicKeyRetrieval=true&useCursorFetch=true&defaultFetchSize=2",
                user,
                password);
    }

    /** A client has its answer a moment before the session has settled; another one may look in between. */
    static List<String> pins(Connection watcher) throws SQLException {
        var pins = new ArrayList<String>();
        try (var statement = watcher.createStatement();
                var rows = statement.executeQuery("SHOW GATEWAY PINS")) {
            while (rows.next()) {
                pins.add(rows.getString(4));
            }
        }
        return pins;
    }

    static RawReply execute(RawClient client, int id, int flags) throws IOException {
        return client.command(
                Command.COM_STMT_EXECUTE,
                ByteBufUtil.getBytes(
                        Unpooled.buffer().writeIntLE(id).writeByte(flags).writeIntLE(1)));
    }

    static RawReply fetch(RawClient client, int id, int rows) throws IOException {
        return client.command(
                Command.COM_STMT_FETCH,
                ByteBufUtil.getBytes(Unpooled.buffer().writeIntLE(id).writeIntLE(rows)));
    }

    static byte[] id(int id) {
        return ByteBufUtil.getBytes(Unpooled.buffer().writeIntLE(id));
    }

    /** What the last packet says; nothing where that is an error. */
    static int status(RawReply reply) {
        return reply.isError()
                ? 0
                : RawReply.statusFlags(reply.payloads().get(reply.payloads().size() - 1));
    }

    static boolean isOpen(int status) {
        return (status & StatusFlags.SERVER_STATUS_CURSOR_EXISTS) != 0;
    }

    static boolean isLast(int status) {
        return (status & StatusFlags.SERVER_STATUS_LAST_ROW_SENT) != 0;
    }
}
