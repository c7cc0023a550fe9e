// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.planetscale;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.server.http.query.JsonOutput;
import io.netty.buffer.ByteBuf;

/** Columns as fields of a Vitess result, by the names of {@code query.Type}. What is zero or empty is left out, as proto3 does. */
final class FieldTypes {
    private static final int FLAG_BITS = 0xFFFF;

    private FieldTypes() {}

    /** Writes a field. */
    static void write(ByteBuf out, ColumnDefinition column) {
        JsonOutput.raw(out, "{\"name\":");
        JsonOutput.string(out, column.name());
        var type = name(column);
        if (type != null) {
            JsonOutput.raw(out, ",\"type\":\"" + type + "\"");
        }
        text(out, "table", column.table());
        text(out, "orgTable", column.orgTable());
        text(out, "database", column.schema());
        text(out, "orgName", column.orgName());
        number(out, "columnLength", column.length());
        number(out, "charset", column.collation());
        number(out, "decimals", column.decimals());
        number(out, "flags", column.flags() & FLAG_BITS);
        out.writeByte('}');
    }

    private static void text(ByteBuf out, String name, String value) {
        if (!value.isEmpty()) {
            JsonOutput.raw(out, ",\"" + name + "\":");
            JsonOutput.string(out, value);
        }
    }

    private static void number(ByteBuf out, String name, long value) {
        if (value != 0) {
            JsonOutput.raw(out, ",\"" + name + "\":" + value);
        }
    }

    /** The type's name; null for NULL, whose number is zero. */
    static String name(ColumnDefinition column) {
        if (column.extendedFormat() != null && column.extendedFormat().equals("json")) {
            return "JSON";
        }
        boolean unsigned = column.isUnsigned();
        boolean binary = (column.flags() & ColumnDefinition.BINARY_FLAG) != 0;
        return switch (column.type()) {
            case TINY -> unsigned ? "UINT8" : "INT8";
            case SHORT -> unsigned ? "UINT16" : "INT16";
            case INT24 -> unsigned ? "UINT24" : "INT24";
            case LONG -> unsigned ? "UINT32" : "INT32";
            case LONGLONG -> unsigned ? "UINT64" : "INT64";
            case FLOAT -> "FLOAT32";
            case DOUBLE -> "FLOAT64";
            case DECIMAL, NEWDECIMAL -> "DECIMAL";
            case BIT -> "BIT";
            case DATE, NEWDATE -> "DATE";
            case DATETIME -> "DATETIME";
            case TIMESTAMP -> "TIMESTAMP";
            case TIME -> "TIME";
            case YEAR -> "YEAR";
            case VARCHAR, VAR_STRING -> binary ? "VARBINARY" : "VARCHAR";
            case STRING -> {
                if ((column.flags() & ColumnDefinition.ENUM_FLAG) != 0) {
                    yield "ENUM";
                }
                yield (column.flags() & ColumnDefinition.SET_FLAG) != 0 ? "SET" : binary ? "BINARY" : "CHAR";
            }
            case TINY_BLOB, MEDIUM_BLOB, LONG_BLOB, BLOB -> binary ? "BLOB" : "TEXT";
            case ENUM -> "ENUM";
            case SET -> "SET";
            case JSON -> "JSON";
            case GEOMETRY -> "GEOMETRY";
            case VECTOR -> "VECTOR";
            case NULL -> null;
            default -> "VARBINARY";
        };
    }
}
