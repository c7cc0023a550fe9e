// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** The JDBC drivers by which the gateway is tested, each with statements prepared by the client and by the server. */
enum Driver {
    MYSQL_TEXT("jdbc:mysql", "?sslMode=DISABLED&allowPublicKeyRetrieval=true&yearIsDateType=false&tinyInt1isBit=false"),
    MYSQL_PREPARED(
            "jdbc:mysql",
            "?sslMode=DISABLED&allowPublicKeyRetrieval=true&yearIsDateType=false&tinyInt1isBit=false&useServerPrepStmts=true"),
    MARIADB_TEXT("jdbc:mariadb", "?sslMode=disable&allowPublicKeyRetrieval=true"),
    MARIADB_PREPARED("jdbc:mariadb", "?sslMode=disable&allowPublicKeyRetrieval=true&useServerPrepStmts=true");

    private final String scheme;
    private final String options;

    Driver(String scheme, String options) {
        this.scheme = scheme;
        this.options = options;
    }

    /** A connection to a server on loopback, the gateway or a shard. */
    Connection connect(int port, String user, String password, String database) throws SQLException {
        return DriverManager.getConnection(scheme + "://127.0.0.1:" + port + "/" + database + options, user, password);
    }
}
