// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Asks servers of both families for their collations, and writes the table of {@link Collations}:
 *
 * <pre>{@code java ... CollationTable jdbc:mysql://127.0.0.1:3306/?user=root jdbc:mariadb://127.0.0.1:3307/?user=root collations.txt}</pre>
 */
final class CollationTable {
    static final String OF_MYSQL =
            "SELECT ID, COLLATION_NAME, CHARACTER_SET_NAME, IS_DEFAULT FROM information_schema.COLLATIONS";
    static final String OF_MARIADB = "SELECT ID, FULL_COLLATION_NAME, CHARACTER_SET_NAME, IS_DEFAULT"
            + " FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY";

    private CollationTable() {}

    public static void main(String[] arguments) throws SQLException, IOException {
        SortedMap<Integer, Collation> mySql;
        SortedMap<Integer, Collation> mariaDb;
        try (Connection connection = DriverManager.getConnection(arguments[0])) {
            mySql = read(connection, OF_MYSQL);
        }
        try (Connection connection = DriverManager.getConnection(arguments[1])) {
            mariaDb = read(connection, OF_MARIADB);
        }
        Files.writeString(Path.of(arguments[2]), table(mySql, mariaDb));
    }

    static SortedMap<Integer, Collation> read(Connection connection, String sql) throws SQLException {
        SortedMap<Integer, Collation> found = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                int id = rows.getInt(1);
                found.put(id, new Collation(id, rows.getString(2), rows.getString(3), "Yes".equals(rows.getString(4))));
            }
        }
        return found;
    }

    private static String table(SortedMap<Integer, Collation> mySql, SortedMap<Integer, Collation> mariaDb) {
        SortedMap<Integer, Collation> all = new TreeMap<>(mySql);
        all.putAll(mariaDb);
        StringBuilder text =
                new StringBuilder("# Collations of MySQL 9.7 and MariaDB 11.4, written by CollationTable: id,"
                        + " character set, MySQL's name, MariaDB's name;\n"
                        + "# - where a family has none, * behind the default of a character set.\n");
        all.forEach((id, collation) -> text.append(id)
                .append(' ')
                .append(collation.characterSet())
                .append(' ')
                .append(name(mySql.get(id)))
                .append(' ')
                .append(name(mariaDb.get(id)))
                .append('\n'));
        return text.toString();
    }

    private static String name(Collation collation) {
        return collation == null ? "-" : collation.name() + (collation.isDefault() ? "*" : "");
    }
}
