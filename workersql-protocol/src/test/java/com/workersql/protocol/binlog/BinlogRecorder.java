// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes down the events of a server's binary log, and what the server's own SELECT says of their rows.
 *
 * <pre>{@code
 * java -cp ... com.workersql.protocol.binlog.BinlogRecorder mysql|mariadb PORT USER PASSWORD FILE
 * }</pre>
 *
 * <p>The server logs rows with {@code binlog_row_metadata=FULL}.
 */
final class BinlogRecorder {
    private static final int NON_BLOCKING = 1;

    private BinlogRecorder() {}

    public static void main(String[] args) throws IOException, SQLException {
        boolean isMariaDb = args[0].equals("mariadb");
        int port = Integer.parseInt(args[1]);
        String url = "jdbc:" + args[0] + "://127.0.0.1:" + port + "/?user=" + args[2] + "&password=" + args[3];
        List<LoggedTypes.Type> types = LoggedTypes.small(isMariaDb);
        List<String> lines = new ArrayList<>();
        try (Connection connection =
                        DriverManager.getConnection(url + (isMariaDb ? "&sslMode=disable" : "&sslMode=DISABLED"));
                Statement statement = connection.createStatement()) {
            FollowedServer.prepare(statement);
            lines.add("# " + connection.getMetaData().getDatabaseProductName() + " "
                    + connection.getMetaData().getDatabaseProductVersion());
            FollowedServer.Position start = FollowedServer.Position.of(statement);
            statement.execute(LoggedTypes.createTable("binlog_it.t", types));
            statement.execute(LoggedTypes.insert("binlog_it.t", types));
            for (List<String> row : FollowedServer.rows(statement, LoggedTypes.select("binlog_it.t", types))) {
                row.forEach(value -> lines.add("value: " + value));
            }
            statement.execute("UPDATE binlog_it.t SET id = id + 10");
            if (!isMariaDb) {
                statement.execute("SET SESSION binlog_row_value_options = PARTIAL_JSON");
                statement.execute("UPDATE binlog_it.t SET " + LoggedTypes.jsonColumn(types) + " = JSON_SET("
                        + LoggedTypes.jsonColumn(types) + ", '$.added', 1)");
                statement.execute("SET SESSION binlog_transaction_compression = ON");
                statement.execute("SET SESSION gtid_next = 'AUTOMATIC:tag'");
            }
            statement.execute("DELETE FROM binlog_it.t");
            events(isMariaDb, new Replica(port, args[2], args[3]), start)
                    .forEach(event -> lines.add("event: " + event));
        }
        Files.write(Path.of(args[4]), lines);
    }

    private static List<String> events(boolean isMariaDb, Replica replica, FollowedServer.Position start)
            throws IOException {
        List<String> events = new ArrayList<>();
        try (replica) {
            if (isMariaDb) {
                replica.execute("SET @mariadb_slave_capability = 4");
            }
            replica.execute("SET @master_binlog_checksum = 'CRC32', @source_binlog_checksum = 'CRC32'");
            replica.dump(start.file(), start.offset(), NON_BLOCKING | (isMariaDb ? 2 : 0), FollowedServer.SERVER_ID);
            for (ByteBuf payload = replica.nextPayload(); payload.getByte(0) == 0; payload = replica.nextPayload()) {
                events.add(ByteBufUtil.hexDump(payload));
                payload.release();
            }
        }
        return events;
    }
}
