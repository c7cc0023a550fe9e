// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import java.util.ArrayList;
import java.util.List;

/** Columns of every type, values for each, and how to ask the server for a value so that it can be compared with a logged one. */
final class LoggedTypes {
    /** How a value is asked for: as text, or as the hexadecimal digits of its bytes. */
    enum Form {
        TEXT("CAST(%s AS CHAR)"),
        HEX("HEX(%s)");

        private final String expression;

        Form(String expression) {
            this.expression = expression;
        }
    }

    record Type(String definition, Form form, List<String> values) {}

    private static final List<Type> COMMON = List.of(
            text("TINYINT", "-128", "127", "0"),
            text("TINYINT UNSIGNED", "255", "0", "200"),
            text("SMALLINT", "-32768", "32767", "1"),
            text("SMALLINT UNSIGNED", "65535", "40000", "1"),
            text("YEAR", "1901", "2155", "2024"),
            text("MEDIUMINT", "-8388608", "8388607", "-1"),
            text("MEDIUMINT UNSIGNED", "16777215", "0", "9000000"),
            text("INT", "-2147483648", "2147483647", "-1"),
            text("INT UNSIGNED", "4294967295", "0", "3000000000"),
            text("BIGINT", "-9223372036854775808", "9223372036854775807", "-1"),
            text("BIGINT UNSIGNED", "18446744073709551615", "0", "9223372036854775808"),
            text("FLOAT", "1.5", "-3.40282e38", "0.1"),
            text("DOUBLE", "0.1", "-1.7976931348623157e308", "1e15"),
            text("DECIMAL(10,2)", "-12345678.90", "0.01", "99999999.99"),
            text("DECIMAL(65,30)", "-12345678901234567890123456789012345.123456789012345678901234567891", "0", "1"),
            text("DECIMAL(9,9)", "0.123456789", "-0.000000001", "0"),
            text("DECIMAL(18,0)", "-999999999999999999", "1", "0"),
            new Type("BIT(1)", Form.HEX, List.of("b'1'", "b'0'", "b'1'")),
            new Type("BIT(20)", Form.HEX, List.of("b'10000000000000000001'", "b'11'", "b'0'")),
            new Type("BIT(64)", Form.HEX, List.of("0xFFFFFFFFFFFFFFFF", "0x0102030405060708", "0")),
            text("DATE", "'2024-02-29'", "'9999-12-31'", "'1000-01-01'"),
            text("TIME", "'-838:59:59'", "'838:59:59'", "'00:00:00'"),
            text("TIME(1)", "'-00:00:00.9'", "'01:02:03.4'", "'-01:00:00'"),
            text("TIME(3)", "'-00:00:01.001'", "'12:34:56.789'", "'00:00:00'"),
            text("TIME(6)", "'-838:59:58.999999'", "'00:00:00.000001'", "'-00:00:00.000001'"),
            text("DATETIME", "'2024-12-31 23:59:59'", "'1000-01-01 00:00:00'", "'9999-12-31 23:59:59'"),
            text("DATETIME(2)", "'2024-12-31 23:59:59.12'", "'2000-01-01 00:00:00'", "'2000-01-01 00:00:00.01'"),
            text("DATETIME(6)", "'2024-12-31 23:59:59.123456'", "'2000-01-01 00:00:00.000001'", "'2001-02-03'"),
            text("TIMESTAMP NULL", "'2024-12-31 23:59:59'", "'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'"),
            text("TIMESTAMP(4) NULL", "'2024-12-31 23:59:59.1234'", "'1970-01-01 00:00:01'", "'2038-01-19 03:14:07'"),
            text("CHAR(5)", "'ab'", "''", "'grün'"),
            text("CHAR(200) CHARACTER SET utf8mb4", "'ä'", "REPEAT('é', 200)", "''"),
            text("CHAR(10) CHARACTER SET latin1", "'äöü€'", "''", "'x'"),
            text("VARCHAR(50)", "'hello'", "''", "'日本語 🎉'"),
            text("VARCHAR(300) CHARACTER SET utf8mb4", "REPEAT('ß', 300)", "''", "'x'"),
            text("VARCHAR(20) CHARACTER SET utf16", "'ab🎉'", "''", "'x'"),
            new Type("BINARY(4)", Form.HEX, List.of("0x01020304", "0x0100", "0xFF")),
            new Type("VARBINARY(10)", Form.HEX, List.of("0x00FF00", "''", "0x01")),
            new Type("TINYBLOB", Form.HEX, List.of("0x00", "''", "0xFF")),
            new Type("BLOB", Form.HEX, List.of("REPEAT('z', 3000)", "''", "0xFE")),
            text("TINYTEXT", "'t'", "''", "'ü'"),
            text("TEXT", "REPEAT('y', 70)", "''", "'ü'"),
            text("MEDIUMTEXT CHARACTER SET latin1", "'m'", "''", "'ü'"),
            text("LONGTEXT", "'long'", "REPEAT('w', 5000)", "'ü'"),
            text("ENUM('a','b,c','ü')", "'a'", "'ü'", "'b,c'"),
            text("SET('x','y','z','ü')", "'x,z'", "''", "'ü,y'"),
            new Type(
                    "GEOMETRY",
                    Form.HEX,
                    List.of(
                            "ST_GeomFromText('POINT(1 2)')",
                            "ST_GeomFromText('LINESTRING(0 0,1 1)')",
                            "ST_GeomFromText('POLYGON((0 0,0 1,1 1,0 0))')")),
            new Type(
                    "POINT",
                    Form.HEX,
                    List.of(
                            "ST_GeomFromText('POINT(1 2)', 4326)",
                            "ST_GeomFromText('POINT(-1 0)')",
                            "ST_GeomFromText('POINT(1e10 2)')")));

    private static final List<Type> MYSQL = List.of(
            text(
                    "JSON",
                    "'{\"b\": [1, 2.5, -70000, 5000000000, 18446744073709551615], \"a\": {\"x\": null, \"y\": true}}'",
                    "'\"t\\\\u0001ext \\\\\\\\ \\\\\"q\\\\\" ü\"'",
                    "JSON_OBJECT('d', CAST('2024-01-02' AS DATE), 't', CAST('-10:11:12.5' AS TIME(6)), 'm',"
                            + " CAST(12.340 AS DECIMAL(10,3)), 'z', CAST('2024-01-02 03:04:05' AS DATETIME), 'big', 1e100, 'one', 1e0,"
                            + " 'f', false, 'bin', CAST('x' AS BINARY))"),
            text("JSON", "JSON_ARRAY(REPEAT('k', 70000), 1, 40000, -5)", "'[]'", "'{}'"),
            new Type(
                    "VECTOR(3)",
                    Form.HEX,
                    List.of(
                            "STRING_TO_VECTOR('[1,2,3]')",
                            "STRING_TO_VECTOR('[0.5]')",
                            "STRING_TO_VECTOR('[-1,1e10,0]')")));

    private static final List<Type> MARIADB = List.of(
            text("TEXT COMPRESSED", "REPEAT('compress me ', 100)", "''", "'short'"),
            text("VARCHAR(1000) COMPRESSED", "REPEAT('compress me ', 50)", "''", "'short'"),
            new Type("MEDIUMBLOB COMPRESSED", Form.HEX, List.of("REPEAT('b', 70000)", "''", "0x00")),
            text("JSON", "'{\"a\": 1}'", "'[]'", "'null'"),
            text("VARCHAR(5) COLLATE utf8mb4_uca1400_as_cs", "'ü'", "'y'", "''"),
            new Type(
                    "UUID",
                    Form.HEX,
                    List.of(
                            "'123e4567-e89b-12d3-a456-426655440000'",
                            "'00000000-0000-0000-0000-000000000000'",
                            "'ffffffff-e89b-42d3-b456-426655440001'")),
            new Type("INET6", Form.HEX, List.of("'2001:db8::ff00:42:8329'", "'::'", "'::1'")),
            new Type("INET4", Form.HEX, List.of("'192.168.0.1'", "'0.0.0.0'", "'255.255.255.255'")),
            text("TINYINT UNSIGNED", "255", "0", "1"),
            text("CHAR(3) CHARACTER SET latin1", "'ü'", "'y'", "''"));

    private LoggedTypes() {}

    static List<Type> of(boolean isMariaDb) {
        List<Type> types = new ArrayList<>(COMMON);
        types.addAll(isMariaDb ? MARIADB : MYSQL);
        return types;
    }

    /** Those whose values are short enough to be kept in a file. */
    static List<Type> small(boolean isMariaDb) {
        return of(isMariaDb).stream()
                .filter(type -> type.values.stream().noneMatch(value -> value.contains("REPEAT(")))
                .toList();
    }

    /** The name of the first JSON column. */
    static String jsonColumn(List<Type> types) {
        for (int i = 0; i < types.size(); i++) {
            if (types.get(i).definition.equals("JSON")) {
                return "c" + i;
            }
        }
        throw new IllegalArgumentException("no JSON column");
    }

    private static Type text(String definition, String... values) {
        return new Type(definition, Form.TEXT, List.of(values));
    }

    static String createTable(String name, List<Type> types) {
        StringBuilder sql = new StringBuilder("CREATE TABLE ").append(name).append(" (id INT PRIMARY KEY");
        for (int i = 0; i < types.size(); i++) {
            sql.append(", c").append(i).append(' ').append(types.get(i).definition);
        }
        return sql.append(") CHARACTER SET utf8mb4").toString();
    }

    /** Three rows with values, and one of NULL. */
    static String insert(String name, List<Type> types) {
        StringBuilder sql = new StringBuilder("INSERT INTO ").append(name).append(" VALUES ");
        for (int row = 0; row < 3; row++) {
            sql.append('(').append(row);
            for (Type type : types) {
                sql.append(", ").append(type.values.get(row));
            }
            sql.append("), ");
        }
        return sql.append("(3")
                .append(", NULL".repeat(types.size()))
                .append(')')
                .toString();
    }

    static String select(String name, List<Type> types) {
        StringBuilder sql = new StringBuilder("SELECT id");
        for (int i = 0; i < types.size(); i++) {
            sql.append(", ").append(types.get(i).form.expression.formatted("c" + i));
        }
        return sql.append(" FROM ").append(name).append(" ORDER BY id").toString();
    }
}
