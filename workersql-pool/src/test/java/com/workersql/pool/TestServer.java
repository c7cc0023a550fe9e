// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.testing.MariaDbServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A MariaDB server with the accounts of this module's tests. */
final class TestServer implements AutoCloseable {
    /** What tests log in with; for MariaDB and MySQL. */
    static final List<String> ACCOUNTS = List.of(
            "CREATE DATABASE IF NOT EXISTS pool_app",
            "DROP USER IF EXISTS pool_app",
            "CREATE USER pool_app IDENTIFIED BY 'secret'",
            "GRANT ALL ON pool_app.* TO pool_app",
            "DROP USER IF EXISTS pool_other",
            "CREATE USER pool_other IDENTIFIED BY 'secret2'",
            "GRANT ALL ON pool_app.* TO pool_other");

    /** MariaDB's way to give a role and what {@code sql_log_bin} asks for, which the file that is run at the start understands. */
    private static final List<String> ROLE = List.of(
            "DROP ROLE IF EXISTS pool_role",
            "CREATE ROLE pool_role WITH ADMIN pool_app",
            "GRANT BINLOG ADMIN ON *.* TO pool_app");

    private final MariaDbServer server;

    private TestServer(MariaDbServer server) {
        this.server = server;
    }

    static TestServer start() throws IOException, InterruptedException {
        List<String> statements = new ArrayList<>(ACCOUNTS);
        statements.addAll(ROLE);
        return new TestServer(MariaDbServer.start(statements));
    }

    Endpoint endpoint() {
        return new Endpoint("127.0.0.1", server.port());
    }

    /** Of the account that has the database. */
    PoolKey key() {
        return PoolFixture.key(endpoint(), "pool_app", "secret");
    }

    long pid() {
        return server.pid();
    }

    void crash() throws InterruptedException {
        server.crash();
    }

    void freeze() throws IOException, InterruptedException {
        server.freeze();
    }

    void thaw() throws IOException, InterruptedException {
        server.thaw();
    }

    void restart() throws IOException, InterruptedException {
        server.restart();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
