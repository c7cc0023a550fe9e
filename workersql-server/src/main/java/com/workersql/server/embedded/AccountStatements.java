// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import com.workersql.server.config.ShardAccount;
import java.util.List;

/**
 * The statements that make a server's accounts what the credentials say, run by the server itself at each start before it takes
 * connections. Names and passwords come from validated or generated texts without quotes and backslashes.
 */
final class AccountStatements {
    private static final String HOST = "127.0.0.1";

    private AccountStatements() {}

    static String of(ShardAccount admin, ShardAccount gateway, List<EmbeddedTenant> tenants, boolean isMariaDb) {
        var sql = new StringBuilder();
        // Each shard makes them by itself; a follower of the change log need not see them.
        line(sql, "SET sql_log_bin = 0");
        if (!isMariaDb) {
            line(sql, "ALTER USER 'root'@'localhost' ACCOUNT LOCK");
        }
        account(sql, admin);
        line(sql, "GRANT ALL PRIVILEGES ON *.* TO " + account(admin) + " WITH GRANT OPTION");
        account(sql, gateway);
        line(sql, "GRANT PROCESS, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO " + account(gateway));
        for (var tenant : tenants) {
            var database = tenant.account().database();
            line(sql, "CREATE DATABASE IF NOT EXISTS `" + database + "`");
            account(sql, tenant.account());
            // In the database's name of a GRANT, _ and % stand for any character.
            line(
                    sql,
                    "GRANT ALL PRIVILEGES ON `" + database.replace("_", "\\_") + "`.* TO " + account(tenant.account()));
        }
        return sql.toString();
    }

    private static void account(StringBuilder sql, ShardAccount account) {
        var secret = account.secret().text();
        line(sql, "CREATE USER IF NOT EXISTS " + account(account) + " IDENTIFIED BY '" + secret + "'");
        line(sql, "ALTER USER " + account(account) + " IDENTIFIED BY '" + secret + "'");
    }

    private static String account(ShardAccount account) {
        return "'" + account.user() + "'@'" + HOST + "'";
    }

    private static void line(StringBuilder sql, String statement) {
        sql.append(statement).append(";\n");
    }
}
