// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A table with a column of every type that both families know, and rows at the edges of what each can hold. */
final class AllTypes {
    static final String TABLE = "all_types";

    static final String CREATE = """
            CREATE TABLE all_types (
              id INT PRIMARY KEY,
              c_tinyint TINYINT, c_utinyint TINYINT UNSIGNED, c_bool BOOLEAN,
              c_smallint SMALLINT, c_usmallint SMALLINT UNSIGNED,
              c_mediumint MEDIUMINT, c_umediumint MEDIUMINT UNSIGNED,
              c_int INT, c_uint INT UNSIGNED, c_zint INT(8) ZEROFILL,
              c_bigint BIGINT, c_ubigint BIGINT UNSIGNED,
              c_decimal DECIMAL(65, 30), c_float FLOAT, c_double DOUBLE,
              c_bit1 BIT(1), c_bit64 BIT(64),
              c_date DATE, c_time TIME, c_time6 TIME(6), c_datetime DATETIME, c_datetime6 DATETIME(6),
              c_timestamp TIMESTAMP NULL, c_timestamp3 TIMESTAMP(3) NULL, c_year YEAR,
              c_char CHAR(10) CHARACTER SET utf8mb4, c_varchar VARCHAR(200) CHARACTER SET utf8mb4,
              c_latin VARCHAR(20) CHARACTER SET latin1,
              c_binary BINARY(4), c_varbinary VARBINARY(300),
              c_tinyblob TINYBLOB, c_blob BLOB, c_mediumblob MEDIUMBLOB, c_longblob LONGBLOB,
              c_tinytext TINYTEXT, c_text TEXT, c_mediumtext MEDIUMTEXT, c_longtext LONGTEXT,
              c_enum ENUM('a', 'b', 'ü'), c_set SET('x', 'y', 'z'), c_json JSON, c_point POINT
            ) DEFAULT CHARACTER SET utf8mb4""";

    static final List<String> INSERTS = List.of("""
            INSERT INTO all_types VALUES (1, -128, 255, TRUE, -32768, 65535, -8388608, 16777215, -2147483648, 4294967295, 42,
              -9223372036854775808, 18446744073709551615, -12345678901234567890123456789012345.123456789012345678901234567890,
              -3.40282e38, 1.7976931348623157e308, b'1', b'1111111111111111111111111111111111111111111111111111111111111111',
              '9999-12-31', '838:59:59', '-838:59:58.999999', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999999',
              '2037-12-31 23:59:59', '2001-02-03 04:05:06.789', 2155, 'zehn Zeich', 'snow ☃ man 😀', 'caf\u00e9', x'00FF00FF',
              x'00010203FF', 'tiny', x'DEADBEEF', x'', x'00', 'tiny ü', 'text', '', 'long', 'ü', 'x,z',
              '{"a": [1, 2.5, null, "ü"]}', ST_GeomFromText('POINT(1.5 -2.25)'))""", "INSERT INTO all_types (id) VALUES (2)", """
            INSERT INTO all_types VALUES (3, 0, 0, FALSE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.000000000000000000000000000001,
              1.5, 1e-300, b'0', b'101', '1000-01-01', '00:00:00', '-00:00:00.000001', '1000-01-01 00:00:00',
              '2020-02-29 12:34:56.000001', '1970-01-02 00:00:01', '2020-02-29 12:34:56.7', 1901, '', '', '', x'', x'',
              '', '', '', '', '', '', '', '', 'a', '', '[]', ST_GeomFromText('POINT(0 0)'))""", """
            INSERT INTO all_types (id, c_double, c_float, c_decimal, c_time6, c_varchar) VALUES
              (4, 0.1, 0.1, 1.10, '12:00:00.5', 'quote '' and \\\\ backslash'), (5, 1e20, 1e10, -0.5, '-100:30:00.25', 'tab\\tnul\\0end')""");

    private AllTypes() {}

    /** Creates the table anew and fills it through the given connection. */
    static void create(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS " + TABLE);
            statement.execute(CREATE);
            for (String insert : INSERTS) {
                statement.execute(insert);
            }
        }
    }

    /** Everything that a driver tells about the table's content: for each column its types, for each value its forms. */
    static List<String> describe(ResultSet rows) throws SQLException {
        var lines = new ArrayList<String>();
        ResultSetMetaData meta = rows.getMetaData();
        for (int i = 1; i <= meta.getColumnCount(); i++) {
            lines.add("column %s %s %s precision=%d scale=%d signed=%s nullable=%d table=%s"
                    .formatted(
                            meta.getColumnLabel(i),
                            meta.getColumnTypeName(i),
                            meta.getColumnClassName(i),
                            meta.getPrecision(i),
                            meta.getScale(i),
                            meta.isSigned(i),
                            meta.isNullable(i),
                            meta.getTableName(i)));
        }
        while (rows.next()) {
            for (int i = 1; i <= meta.getColumnCount(); i++) {
                lines.add("%s[%s]: string=%s bytes=%s"
                        .formatted(meta.getColumnLabel(i), rows.getInt("id"), rows.getString(i), bytes(rows, meta, i)));
            }
        }
        return lines;
    }

    /** The bytes of a value whose type has some: a driver refuses to give those of a number. */
    private static String bytes(ResultSet rows, ResultSetMetaData meta, int column) throws SQLException {
        if (!isBinary(meta, column)) {
            return "-";
        }
        byte[] bytes = rows.getBytes(column);
        return bytes == null ? "null" : HexFormat.of().formatHex(bytes);
    }

    /** Whether a column holds bytes rather than characters or numbers. */
    static boolean isBinary(ResultSetMetaData meta, int column) throws SQLException {
        return switch (meta.getColumnType(column)) {
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> true;
            default -> false;
        };
    }
}
