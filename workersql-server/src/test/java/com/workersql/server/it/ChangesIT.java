// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.workersql.server.Gateway;
import com.workersql.server.config.ChangesConfig;
import com.workersql.server.config.GatewayConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients of a WebSocket follow the changes of tables, made through the gateway and beside it. */
class ChangesIT {
    private static Fleet fleet;
    private static Http acme;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(ChangesIT::following);
        if (Fleet.isMySql()) {
            assumeThatItCanBeFollowed();
        }
        acme = new Http(fleet, "acme");
    }

    static GatewayConfig following(GatewayConfig config) {
        return following(config, 900_000);
    }

    /** Gateways that follow the same shards at one time need numbers of their own: a server cuts off whoever had the number before. */
    private static GatewayConfig following(GatewayConfig config, long firstServerId) {
        return config.toBuilder()
                .changes(ChangesConfig.of(Map.of(ChangesConfig.FIRST_SERVER_ID, firstServerId)))
                .build();
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    /** The feed needs servers that are set up for it, and without tags in their GTIDs: {@code doctor} would say so. */
    private static void assumeThatItCanBeFollowed() throws SQLException {
        try (var connection = directly();
                var statement = connection.createStatement();
                var row = statement.executeQuery(
                        "SELECT @@gtid_mode, @@binlog_row_metadata, @@gtid_executed REGEXP ':[a-z_]'")) {
            row.next();
            assumeTrue("ON".equals(row.getString(1)), "gtid_mode is not ON there");
            assumeTrue("FULL".equals(row.getString(2)), "binlog_row_metadata is not FULL there");
            assumeFalse(row.getBoolean(3), "GTIDs have tags there");
        }
    }

    private static Connection directly() throws SQLException {
        return fleet.direct(Fleet.isMySql() ? Driver.MYSQL_TEXT : Driver.MARIADB_TEXT, "acme");
    }

    private static void run(Connection connection, String... statements) throws SQLException {
        try (var statement = connection.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static void create(String table, String columns) throws SQLException {
        try (var shard = directly()) {
            run(shard, "DROP TABLE IF EXISTS " + table, "CREATE TABLE " + table + " (" + columns + ")");
        }
    }

    private static String subscribe(String id, String table, String from) {
        return "{\"type\":\"subscribe\",\"id\":\"" + id + "\",\"table\":\"" + table + "\""
                + (from == null ? "" : ",\"from\":\"" + from + "\"") + "}";
    }

    private static String position(Map<String, Object> message) {
        return (String) Http.data(message).get("position");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> member(Map<String, Object> message, String name) {
        return (Map<String, Object>) Http.data(message).get(name);
    }

    /** The next message that is a change. */
    private static Map<String, Object> change(Http.Socket socket) throws InterruptedException {
        var message = socket.next();
        while ("position".equals(message.get("type"))) {
            message = socket.next();
        }
        assertThat(message).as("%s", message).containsEntry("type", "event");
        return message;
    }

    @Test
    void tellsChangesOverStreamsToo() throws Exception {
        create("streamed", "id INT PRIMARY KEY");
        try (var socket = acme.connectStreams();
                var shard = directly()) {
            assertThat(socket.call(subscribe("s", "streamed", null)))
                    .containsEntry("type", "subscribed")
                    .containsEntry("id", "s");
            run(shard, "INSERT INTO streamed VALUES (7)");
            var change = change(socket);
            assertThat(change).containsEntry("sub", "s").containsEntry("seq", 1);
            assertThat(member(change, "after")).containsEntry("id", 7);

            assertThat(socket.call("{\"type\":\"unsubscribe\",\"id\":2,\"sub\":\"s\"}"))
                    .containsEntry("type", "unsubscribed")
                    .containsEntry("id", 2);
            assertThat(socket.call(subscribe("t", "globex.orders", null))).containsEntry("type", "error");
        }
    }

    private static String hello(Http.Socket socket, String more) throws InterruptedException {
        var greeting = socket.call("{\"type\":\"hello\",\"basic\":{\"user\":\"acme\",\"password\":\""
                + fleet.password("acme") + "\"}" + more + "}");
        assertThat(greeting).containsEntry("type", "hello_ok");
        return (String) greeting.get("resume_token");
    }

    @Test
    void goesOnOnAnotherSocketBehindTheLastEventThatItsClientHasSeen() throws Exception {
        create("resumed", "id INT PRIMARY KEY");
        try (var first = acme.connectAnonymously();
                var second = acme.connectAnonymously();
                var shard = directly()) {
            var token = hello(first, "");
            first.call(subscribe("s", "resumed", null));
            run(shard, "INSERT INTO resumed VALUES (1), (2), (3)");
            change(first);
            assertThat(change(first)).containsEntry("seq", 2);

            // The first socket is still open: nobody has noticed that its client is gone.
            hello(
                    second,
                    ",\"resume\":{\"token\":\"" + token
                            + "\",\"last\":[{\"sub\":\"s\",\"seq\":2},{\"sub\":\"x\",\"seq\":0}]}");
            assertThat(first.closeCode()).isEqualTo(4409);
            assertThat(second.next()).containsEntry("type", "error").containsEntry("id", "x");
            assertThat(second.next()).containsEntry("type", "subscribed").containsEntry("id", "s");
            run(shard, "INSERT INTO resumed VALUES (4)");
            for (int expected = 3; expected <= 4; expected++) {
                var change = change(second);
                assertThat(change).containsEntry("sub", "s").containsEntry("seq", expected);
                assertThat(member(change, "after")).containsEntry("id", expected);
            }
        }
    }

    @Test
    void tellsWhatAPlainClientChangesDirectlyOnAShard() throws Exception {
        create("direct", "id INT PRIMARY KEY, v VARCHAR(20), n DECIMAL(6,2)");
        try (var socket = acme.connect();
                var shard = directly()) {
            var answer = socket.call(subscribe("s", "direct", null));
            assertThat(answer).containsEntry("type", "response").containsEntry("id", "s");
            run(
                    shard,
                    "INSERT INTO direct VALUES (1, 'one', 1.50)",
                    "UPDATE direct SET v = 'eins'",
                    "DELETE FROM direct");

            var inserted = change(socket);
            assertThat(inserted).containsEntry("id", "s").containsEntry("seq", 1);
            assertThat(Http.data(inserted))
                    .containsEntry("operation", "insert")
                    .containsEntry("table", "direct")
                    .containsEntry("endOfTransaction", true)
                    .doesNotContainKey("before");
            assertThat(member(inserted, "after")).isEqualTo(Map.of("id", 1, "v", "one", "n", "1.50"));
            var updated = change(socket);
            assertThat(Http.data(updated)).containsEntry("operation", "update");
            assertThat(member(updated, "before")).containsEntry("v", "one");
            assertThat(member(updated, "after")).containsEntry("v", "eins");
            var deleted = change(socket);
            assertThat(Http.data(deleted)).containsEntry("operation", "delete").doesNotContainKey("after");
            assertThat(member(deleted, "before")).containsEntry("v", "eins");
        }
    }

    @Test
    void tellsWhatClientsChangeThroughTheGatewayAndNotWhatTheyRollBack() throws Exception {
        create("through", "id INT PRIMARY KEY");
        try (var socket = acme.connect();
                var client = fleet.connect(Fleet.isMySql() ? Driver.MYSQL_TEXT : Driver.MARIADB_TEXT, "acme")) {
            socket.call(subscribe("s", "through", null));
            client.setAutoCommit(false);
            run(client, "INSERT INTO through VALUES (1)");
            client.rollback();
            run(client, "INSERT INTO through VALUES (2), (3)", "SAVEPOINT a", "INSERT INTO through VALUES (4)");
            run(client, "ROLLBACK TO SAVEPOINT a");
            client.commit();
            acme.query("INSERT INTO through VALUES (5)");

            var told = new ArrayList<Object>();
            for (int i = 0; i < 3; i++) {
                var message = change(socket);
                told.add(member(message, "after").get("id") + " "
                        + Http.data(message).get("endOfTransaction"));
            }
            assertThat(told).containsExactly("2 false", "3 true", "5 true");
        }
    }

    @Test
    void tellsEachTypeAsTheHttpApiDoes() throws Exception {
        try (var shard = directly()) {
            AllTypes.create(shard);
            if (!Fleet.isMySql()) {
                run(
                        shard,
                        "ALTER TABLE all_types ADD c_uuid UUID, ADD c_inet6 INET6, ADD c_inet4 INET4, ADD c_packed TEXT COMPRESSED");
            }
            try (var socket = acme.connect()) {
                assertThat(socket.call(subscribe("s", "all_types", null))).containsEntry("type", "response");
                run(shard, "UPDATE all_types SET id = id + 100, c_binary = COALESCE(c_binary, x'0100')");
                if (!Fleet.isMySql()) {
                    run(
                            shard,
                            "UPDATE all_types SET c_uuid = '123e4567-e89b-12d3-a456-426655440000', c_inet6 = '2001:db8::ff00:42:8329',"
                                    + " c_inet4 = '192.168.0.1', c_packed = 'packed'",
                            "UPDATE all_types SET c_uuid = '01890a5d-ac96-774b-bcce-b302099a8057', c_inet6 = '::ffff:1.2.3.4'"
                                    + " WHERE id = 101",
                            "UPDATE all_types SET c_uuid = 'ffffffff-e89b-42d3-b456-426655440001', c_inet6 = '::1' WHERE id = 102",
                            "UPDATE all_types SET c_inet6 = '::' WHERE id = 103",
                            "UPDATE all_types SET c_inet6 = '1:0:0:2::' WHERE id = 104",
                            "UPDATE all_types SET c_inet6 = '1:0:2:3:4:5:6:7' WHERE id = 105",
                            "INSERT INTO all_types (id, c_inet6) VALUES (998, '::1.2.3.4')");
                }
                run(shard, "INSERT INTO all_types (id) VALUES (999)");
                var last = new java.util.TreeMap<Integer, Object>();
                while (!last.containsKey(999)) {
                    var after = member(change(socket), "after");
                    last.put((Integer) after.get("id"), after);
                }
                var selected = acme.post("{\"sql\":\"SELECT * FROM all_types ORDER BY id\"}");
                assertThat(new ArrayList<>(last.values())).isEqualTo(selected.data());
            }
        }
    }

    @Test
    void goesOnWithOtherColumnsBehindAnAlterTable() throws Exception {
        create("altered", "id INT PRIMARY KEY, a INT");
        try (var socket = acme.connect();
                var shard = directly()) {
            socket.call(subscribe("s", "altered", null));
            run(
                    shard,
                    "INSERT INTO altered VALUES (1, 1)",
                    "ALTER TABLE altered ADD b VARCHAR(5) FIRST, DROP a",
                    "INSERT INTO altered VALUES ('b', 2)",
                    "TRUNCATE TABLE altered");
            assertThat(member(change(socket), "after")).isEqualTo(Map.of("id", 1, "a", 1));
            assertThat(member(change(socket), "after")).isEqualTo(Map.of("b", "b", "id", 2));
            assertThat(Http.data(change(socket))).containsEntry("operation", "truncate");
        }
    }

    @Test
    void tenThousandChangesComeOnceEachAcrossANewStartOfTheGateway() throws Exception {
        int changes = Integer.getInteger("workersql.changes.count", 10_000);
        create("many", "id INT PRIMARY KEY, v VARCHAR(40)");
        long seed = Long.getLong("workersql.seed", 20261127L);
        var first = Gateway.start(following(fleet.config(), 910_000));
        CompletableFuture<Void> writing;
        var told = new ArrayList<Integer>(changes);
        String position;
        try (first;
                var socket = new Http(fleet, "acme", first).connect()) {
            position = position(socket.call(subscribe("s", "many", null)));
            writing = CompletableFuture.runAsync(() -> write(changes, new Random(seed)));
            while (told.size() < changes / 3) {
                position = tell(change(socket), told);
            }
            // What is on its way when the gateway goes is not counted: the client has not read it.
        }
        try (var second = Gateway.start(following(fleet.config(), 920_000));
                var socket = new Http(fleet, "acme", second).connect()) {
            assertThat(socket.call(subscribe("s", "many", position))).containsEntry("type", "response");
            while (told.size() < changes) {
                tell(change(socket), told);
            }
        }
        writing.join();
        assertThat(told).as("seed %d", seed).hasSize(changes).doesNotHaveDuplicates();
        assertThat(told).isSorted();
    }

    private static String tell(Map<String, Object> change, List<Integer> told) {
        told.add((Integer) member(change, "after").get("id"));
        return position(change);
    }

    private static void write(int changes, Random random) {
        try (var shard = directly();
                var insert = shard.prepareStatement("INSERT INTO many VALUES (?, REPEAT('x', ?))")) {
            shard.setAutoCommit(false);
            for (int id = 1; id <= changes; id++) {
                insert.setInt(1, id);
                insert.setInt(2, random.nextInt(40));
                insert.execute();
                if (random.nextInt(5) == 0 || id == changes) {
                    shard.commit();
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of MariaDB, {@code FailoverFeedIT} shows it. */
    @Test
    void aPositionIsLostOnAServerThatNeverFollowedTheOne() throws Exception {
        assumeTrue(Fleet.isMySql(), "the other shard has no account of this tenant");
        create("elsewhere", "id INT PRIMARY KEY");
        var account = fleet.account("acme");
        String position;
        // Of the two, other tests have the second follow the first.
        try (var second = Gateway.start(following(Fleet.firstAt(fleet.config(), fleet.port(1)), 930_000));
                var socket = new Http(fleet, "acme", second).connect();
                var shard = Driver.MYSQL_TEXT.connect(
                        fleet.port(1), account.user(), account.secret().text(), account.database())) {
            run(shard, "DROP TABLE IF EXISTS elsewhere", "CREATE TABLE elsewhere (id INT PRIMARY KEY)");
            socket.call(subscribe("s", "elsewhere", null));
            run(shard, "INSERT INTO elsewhere VALUES (1)");
            position = position(change(socket));
        }
        try (var socket = acme.connect()) {
            assertThat(socket.call(subscribe("s", "elsewhere", position))).containsEntry("type", "response");

            var lost = socket.next();
            assertThat(lost).containsEntry("type", "lost");
            assertThat(Http.data(lost)).containsEntry("reason", "diverged");
        }
    }

    @Test
    void goesOnWithinATransaction() throws Exception {
        create("halfway", "id INT PRIMARY KEY");
        try (var socket = acme.connect();
                var again = acme.connect();
                var shard = directly()) {
            socket.call(subscribe("s", "halfway", null));
            run(shard, "INSERT INTO halfway VALUES (1), (2), (3), (4)", "INSERT INTO halfway VALUES (5)");
            change(socket);
            var position = position(change(socket));

            again.call(subscribe("s", "halfway", position));
            for (int expected = 3; expected <= 5; expected++) {
                assertThat(member(change(again), "after")).containsEntry("id", expected);
            }
        }
    }

    @Test
    void neverTellsATenantOfAnother() throws Exception {
        create("ours", "id INT PRIMARY KEY");
        try (var shard = Driver.MARIADB_TEXT.connect(
                        fleet.port(0),
                        fleet.account("globex").user(),
                        fleet.account("globex").secret().text(),
                        fleet.account("globex").database());
                var own = directly();
                var socket = acme.connect()) {
            run(shard, "DROP TABLE IF EXISTS ours", "CREATE TABLE ours (id INT PRIMARY KEY)");
            socket.call(subscribe("s", "ours", null));
            run(shard, "INSERT INTO ours VALUES (100)");
            run(own, "INSERT INTO ours VALUES (1)");
            run(shard, "INSERT INTO ours VALUES (101)");
            run(own, "INSERT INTO ours VALUES (2)");
            assertThat(member(change(socket), "after")).isEqualTo(Map.of("id", 1));
            var second = change(socket);
            assertThat(member(second, "after")).isEqualTo(Map.of("id", 2));
            assertThat(second).containsEntry("seq", 2);

            var theirs = socket.call(subscribe("t", "globex.ours", null));
            var absent = socket.call(subscribe("t", "nobody.ours", null));
            assertThat(theirs).containsEntry("type", "error");
            assertThat(message(theirs).replace("globex", "nobody")).isEqualTo(message(absent));

            // A position is its table's and its tenant's alone.
            var globex = new Http(fleet, "globex");
            try (var other = globex.connect()) {
                globex.query("CREATE TABLE IF NOT EXISTS ours (id INT PRIMARY KEY)");
                assertThat(other.call(subscribe("s", "ours", position(second)))).containsEntry("type", "error");
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static String message(Map<String, Object> answer) {
        var error = (Map<String, Object>) answer.get("error");
        return (String) error.get("message");
    }

    @Test
    void endsASubscriptionAndRefusesWhatItCannotDo() throws Exception {
        create("ended", "id INT PRIMARY KEY");
        try (var socket = acme.connect();
                var shard = directly()) {
            socket.call(subscribe("s", "ended", null));
            assertThat(socket.call(subscribe("s", "ended", null))).containsEntry("type", "error");
            assertThat(socket.call(subscribe("x", "absent", null))).containsEntry("type", "error");
            assertThat(socket.call(subscribe("y", "ended", "nonsense"))).containsEntry("type", "error");
            assertThat(socket.call("{\"type\":\"unsubscribe\",\"id\":\"s\"}")).containsEntry("type", "response");
            run(shard, "INSERT INTO ended VALUES (1)");
            socket.call(subscribe("s", "ended", null));
            run(shard, "INSERT INTO ended VALUES (2)");
            assertThat(member(change(socket), "after")).containsEntry("id", 2);
        }
    }
}
