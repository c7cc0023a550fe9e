// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import com.workersql.server.config.EmbeddedConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Embedded shards for tests, with what disturbs them. The programs are unpacked once for all tests of the module. */
public final class ShardFixture {
    private static final Path UNPACKED = Path.of("target", "embedded-server").toAbsolutePath();

    private ShardFixture() {}

    /** Two shards for acme and globex in this directory. */
    public static EmbeddedConfig config(Path dataDir) {
        return EmbeddedConfig.defaults().withDataDir(dataDir).withServer(server());
    }

    /** Starts shards that have not been there before, for tests of something else than how they begin. */
    public static EmbeddedShards start(EmbeddedConfig config) {
        EmptyData.give(config, UNPACKED);
        return EmbeddedShards.start(config, ShardListener.NONE);
    }

    /** Ends shards whose data nobody needs any more: they need not write it down. */
    public static void end(EmbeddedShards shards) {
        for (var shard : shards.shards()) {
            long pid = shards.server(shard.name()).serverPid();
            // One that a test has ended already may have left its number to another process.
            ProcessHandle.of(pid)
                    .filter(handle -> handle.info().commandLine().orElse("").contains(shard.name()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
        shards.close();
    }

    /** The server program; the database's jar beside the module's classes, or an installed one. */
    public static Path server() {
        var everything = EmbeddedConfig.defaults().withDataDir(UNPACKED);
        return ProgramFinder.ofThisProcess(everything).find(ShardListener.NONE).server();
    }

    /** Ends a shard's server as a crash does. */
    public static void kill(EmbeddedShards shards, String name) {
        var server = shards.server(name);
        signal("KILL", server.serverPid());
        await(server.serverPid());
    }

    /** Stops a shard's server from running; its connections stay open and silent. */
    public static void freeze(EmbeddedShards shards, String name) {
        signal("STOP", shards.server(name).serverPid());
    }

    /** Lets a frozen server run again. */
    public static void thaw(EmbeddedShards shards, String name) {
        signal("CONT", shards.server(name).serverPid());
    }

    /** Starts a killed shard again, on the same port with the same data. */
    public static void restart(EmbeddedShards shards, String name) {
        shards.server(name).start(shards.accountStatements());
    }

    /** The server's process. */
    public static ProcessHandle process(EmbeddedShards shards, String name) {
        return ProcessHandle.of(shards.server(name).serverPid()).orElseThrow();
    }

    /** A direct connection that may do everything. */
    public static Connection admin(EmbeddedShard shard) throws SQLException {
        return connect(shard, shard.admin().user(), shard.admin().secret().text(), "");
    }

    /** A direct connection with a tenant's own account. */
    public static Connection tenant(EmbeddedShard shard, EmbeddedTenant tenant) throws SQLException {
        var account = tenant.account();
        return connect(shard, account.user(), account.secret().text(), account.database());
    }

    /** Runs a statement. */
    public static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The error that a statement is answered by. */
    public static SQLException errorOf(Connection connection, String sql) {
        try {
            run(connection, sql);
        } catch (SQLException e) {
            return e;
        }
        throw new AssertionError("no error for " + sql);
    }

    /** The first column of a query's first row; null for NULL, and where there is no row. */
    public static String value(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** The first row of a query, its columns with a space between. */
    public static String text(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            var text = new StringBuilder();
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                text.append(i == 1 ? "" : " ").append(rows.getString(i));
            }
            return text.toString();
        }
    }

    private static Connection connect(EmbeddedShard shard, String user, String password, String database)
            throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://" + shard.host() + ":" + shard.port() + "/" + database + "?sslMode=disable",
                user,
                password);
    }

    /** Sends a signal and waits until it is sent. */
    static void signal(String signal, long pid) {
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end of a process, which Java itself would notice late where that is not its child. */
    public static void await(long pid) {
        var process = ProcessHandle.of(pid);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (process.isPresent() && process.get().isAlive()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("process " + pid + " does not end");
            }
            LockSupport.parkNanos(1_000_000);
        }
    }
}
