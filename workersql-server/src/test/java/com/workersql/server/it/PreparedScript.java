// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.value.ParameterWriter;
import com.workersql.server.it.SessionScript.Step;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What a session does at random with statements that the server prepares. */
final class PreparedScript {
    private final Random random;
    private final SessionTexts texts;
    private final String table;
    private final boolean mariaDb;
    private final Set<Integer> typed = new HashSet<>();
    /** What is executed with a cursor and never without, where the server cannot do both with one statement. */
    private final Set<Integer> ofCursors = new HashSet<>();

    private int lastStatement;

    PreparedScript(Random random, SessionTexts texts, String table, boolean mariaDb) {
        this.random = random;
        this.texts = texts;
        this.table = table;
        this.mariaDb = mariaDb;
    }

    /** Prepares a statement, or does something with one that is prepared. */
    Step next() {
        return twin -> {
            var known = new ArrayList<>(twin.statements().keySet());
            known.removeAll(ofCursors);
            int statement =
                    known.isEmpty() || random.nextInt(6) == 0 ? prepare(twin) : known.get(random.nextInt(known.size()));
            if (!twin.statements().containsKey(statement)) {
                return;
            }
            switch (random.nextInt(12)) {
                case 0 -> close(twin, statement);
                case 1 -> onStatement(twin, statement, "COM_STMT_RESET", Command.COM_STMT_RESET);
                case 2 -> longData(twin, statement);
                case 3 -> execute(twin, statement, false);
                default -> execute(twin, statement, true);
            }
        };
    }

    private int prepare(SessionTwin twin) throws IOException {
        return prepare(
                twin,
                texts.pick(
                        "SELECT ? + 1, LENGTH(?)",
                        "SELECT v FROM " + table + " WHERE id < ? AND v <> ? ORDER BY id LIMIT 3",
                        "INSERT INTO " + table + " (n, v) VALUES (? + 1000000, ?) ON DUPLICATE KEY UPDATE v = 'again'",
                        "UPDATE " + table + " SET v = 'p' WHERE id = ? OR v = ?",
                        "SELECT * FROM " + table + "_aux WHERE id < ? OR v = ? ORDER BY id LIMIT 2",
                        "SELECT LAST_INSERT_ID(), ? + 1, LENGTH(?)",
                        "SELECT ROW_COUNT() + ?, FOUND_ROWS(), LENGTH(?)",
                        // MySQL keeps the connection for such a one: there it belongs into a bout.
                        mariaDb ? "SELECT @a, ? + 1, LENGTH(?)" : "SELECT ? + 2, LENGTH(?)",
                        "SELECT no_such_column + ? FROM " + table + " WHERE v = ?"));
    }

    /** Prepares a text of two parameters; gives its number, by which it is known where it could be prepared. */
    int prepare(SessionTwin twin, String text) throws IOException {
        int number = ++lastStatement;
        var ids = new int[2];
        var reply = twin.both("prepare #" + number + ": " + text, (client, side) -> {
            var prepared = client.command(Command.COM_STMT_PREPARE, text.getBytes(StandardCharsets.UTF_8));
            if (prepared.isError()) {
                return prepared;
            }
            ids[side] = prepared.statementId();
            return prepared.withoutStatementId();
        });
        if (!reply.isError()) {
            twin.statements().put(number, ids);
        }
        return number;
    }

    int openCursor(SessionTwin twin) throws IOException {
        int number = prepare(twin, "SELECT id, v, n FROM " + table + " WHERE id < ? + 1000 OR v = ? ORDER BY id");
        if (!mariaDb) {
            // MySQL 9 does not answer an execution without a cursor of a statement that has had one.
            ofCursors.add(number);
        }
        execute(twin, number, true, StmtExecute.CURSOR_TYPE_READ_ONLY);
        return number;
    }

    /** Fetches, with or without a cursor, unless the statement was taken away. */
    void fetch(SessionTwin twin, int statement, int rows) throws IOException {
        if (!twin.statements().containsKey(statement)) {
            return;
        }
        var answer = twin.both("fetch " + rows + " of #" + statement, (client, side) -> {
            var reply = CursorTwin.fetch(client, twin.statements().get(statement)[side], rows);
            return reply.isError() ? reply.withoutMessage() : reply;
        });
        if (answer.isError()) {
            // Its text names the statement by the id that each side has for it, also among the diagnostics.
            twin.query("SELECT COUNT(*) FROM " + table);
        }
    }

    /** One of the ways in which a cursor ends, or does not. */
    Step endOfCursor(int[] statement) {
        int way = random.nextInt(4);
        return twin -> {
            if (!twin.statements().containsKey(statement[0])) {
                return;
            }
            switch (way) {
                case 0 -> fetch(twin, statement[0], 10_000);
                case 1 -> twin.query("COMMIT");
                case 2 ->
                    execute(
                            twin,
                            statement[0],
                            true,
                            ofCursors.contains(statement[0]) ? StmtExecute.CURSOR_TYPE_READ_ONLY : 0);
                default -> onStatement(twin, statement[0], "COM_STMT_RESET", Command.COM_STMT_RESET);
            }
        };
    }

    void execute(SessionTwin twin, int statement, boolean withTypes) throws IOException {
        execute(twin, statement, withTypes, 0);
    }

    private void execute(SessionTwin twin, int statement, boolean withTypes, int flags) throws IOException {
        long first = random.nextInt(20);
        String second = "s" + random.nextInt(3);
        boolean isNull = random.nextInt(8) == 0;
        // Servers need the types once; what they do without is not defined, and can be their end.
        boolean sendsTypes = withTypes || isNull || !typed.contains(statement);
        typed.add(statement);
        execute(twin, statement, twin.statements().get(statement), flags, first, isNull ? null : second, sendsTypes);
    }

    /** Executes a statement of two parameters on both sides. */
    static void execute(
            SessionTwin twin, int number, int[] ids, int flags, long first, String second, boolean sendsTypes)
            throws IOException {
        twin.both(
                "execute #" + number + " " + first + ", " + second + (sendsTypes ? "" : " without types"),
                (client, side) -> {
                    var out = Unpooled.buffer();
                    var writer = new ParameterWriter()
                            .begin(out, ids[side], flags, 2, List.of(), CapabilityFlags.NONE)
                            .addLong(first);
                    if (second == null) {
                        writer.addNull();
                    } else {
                        writer.addText(second);
                    }
                    writer.end();
                    byte[] payload = ByteBufUtil.getBytes(out, 1, out.readableBytes() - 1);
                    return client.command(Command.COM_STMT_EXECUTE, sendsTypes ? payload : withoutTypes(payload));
                });
    }

    /** The server has to remember the types of the execution before. */
    private static byte[] withoutTypes(byte[] payload) {
        int bound = StmtExecute.STATEMENT_ID_OFFSET - 1 + 4 + 1 + 4 + 1;
        byte[] shorter = new byte[payload.length - 4];
        System.arraycopy(payload, 0, shorter, 0, bound);
        shorter[bound] = 0;
        System.arraycopy(payload, bound + 5, shorter, bound + 1, payload.length - bound - 5);
        return shorter;
    }

    private void longData(SessionTwin twin, int statement) throws IOException {
        typed.add(statement);
        twin.both("long data for #" + statement, (client, side) -> {
            var out = Unpooled.buffer()
                    .writeIntLE(twin.statements().get(statement)[side])
                    .writeShortLE(1)
                    .writeBytes(new byte[] {'b', '1'});
            return client.command(Command.COM_STMT_SEND_LONG_DATA, ByteBufUtil.getBytes(out));
        });
        twin.both("execute #" + statement + " with long data", (client, side) -> {
            var out = Unpooled.buffer()
                    .writeIntLE(twin.statements().get(statement)[side])
                    .writeByte(0)
                    .writeIntLE(1)
                    .writeByte(0)
                    .writeByte(1)
                    .writeShortLE(8)
                    .writeShortLE(0xFC)
                    .writeLongLE(3);
            return client.command(Command.COM_STMT_EXECUTE, ByteBufUtil.getBytes(out));
        });
    }

    void close(SessionTwin twin, int statement) throws IOException {
        onStatement(twin, statement, "COM_STMT_CLOSE", Command.COM_STMT_CLOSE);
        twin.statements().remove(statement);
    }

    private static void onStatement(SessionTwin twin, int statement, String what, int code) throws IOException {
        twin.both(
                what + " #" + statement,
                (client, side) -> client.command(
                        code,
                        ByteBufUtil.getBytes(
                                Unpooled.buffer().writeIntLE(twin.statements().get(statement)[side]))));
    }
}
