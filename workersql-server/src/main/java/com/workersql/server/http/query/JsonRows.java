// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.fasterxml.jackson.core.JsonFactory;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.value.RowReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;

/**
 * Writes the rows of one result as JSON: what each column becomes is settled once, from its definition. Integers are numbers up
 * to 2^53 and strings beyond, DECIMAL is a string, bytes are base64, dates and times are as the server prints them, a JSON
 * column is nested.
 */
public final class JsonRows {
    private static final JsonFactory NESTED = new JsonFactory();

    private final ColumnDefinition[] columns;
    private final Form[] forms;
    private final byte[][] keys;

    /** What the values of a column become. */
    private enum Form {
        /** A number, or a string beyond 2^53. */
        INTEGER,
        /** The same without a sign. */
        UNSIGNED,
        /** A number with the digits that the server prints. */
        REAL,
        /** A string of the printed text, which needs no escape. */
        PLAIN_TEXT,
        /** A string. */
        TEXT,
        /** A string of base64. */
        BASE64,
        /** Nested as it is. */
        JSON
    }

    /**
     * A writer.
     *
     * @param columns the definitions
     * @param asArrays whether a row is an array; as an object, the last of several columns of one name stands for all
     */
    public JsonRows(ColumnDefinition[] columns, boolean asArrays) {
        this.columns = columns;
        this.forms = new Form[columns.length];
        this.keys = asArrays ? null : new byte[columns.length][];
        var names = new HashSet<String>();
        for (int i = columns.length - 1; i >= 0; i--) {
            forms[i] = form(columns[i]);
            if (!asArrays && names.add(columns[i].name())) {
                keys[i] = key(columns[i].name());
            }
        }
    }

    private static byte[] key(String name) {
        var out = Unpooled.buffer(name.length() + 3);
        JsonOutput.string(out, name);
        out.writeByte(':');
        var key = new byte[out.readableBytes()];
        out.readBytes(key);
        return key;
    }

    /** MariaDB keeps JSON as text, and says so beside the type. */
    private static boolean isJson(ColumnDefinition column) {
        return column.type() == ColumnType.JSON || "json".equals(column.extendedFormat());
    }

    private static Form form(ColumnDefinition column) {
        if (isJson(column)) {
            return Form.JSON;
        }
        if (column.isBytes()) {
            return Form.BASE64;
        }
        return switch (column.type()) {
            case TINY, SHORT, LONG, INT24, LONGLONG, YEAR -> column.isUnsigned() ? Form.UNSIGNED : Form.INTEGER;
            case FLOAT, DOUBLE -> Form.REAL;
            case DECIMAL, NEWDECIMAL, DATE, NEWDATE, TIME, DATETIME, TIMESTAMP -> Form.PLAIN_TEXT;
            default -> Form.TEXT;
        };
    }

    /**
     * Writes the array of column descriptions.
     *
     * @param out where to
     */
    public void writeColumns(ByteBuf out) {
        out.writeByte('[');
        for (int i = 0; i < columns.length; i++) {
            var column = columns[i];
            JsonOutput.raw(out, i == 0 ? "{\"name\":" : ",{\"name\":");
            JsonOutput.string(out, column.name());
            JsonOutput.raw(out, ",\"type\":");
            JsonOutput.string(out, typeName(column));
            if (column.type().isNumeric()) {
                JsonOutput.raw(out, ",\"unsigned\":" + column.isUnsigned());
            }
            JsonOutput.raw(out, ",\"nullable\":" + ((column.flags() & ColumnDefinition.NOT_NULL_FLAG) == 0));
            JsonOutput.raw(out, ",\"length\":" + column.length());
            if (column.type() == ColumnType.NEWDECIMAL || column.type() == ColumnType.DECIMAL) {
                JsonOutput.raw(out, ",\"scale\":" + column.decimals());
            }
            if (!column.table().isEmpty()) {
                JsonOutput.raw(out, ",\"table\":");
                JsonOutput.string(out, column.table());
            }
            out.writeByte('}');
        }
        out.writeByte(']');
    }

    /** The type as a CREATE TABLE would name it. */
    static String typeName(ColumnDefinition column) {
        if (isJson(column)) {
            return "JSON";
        }
        if (column.extendedType() != null) {
            return column.extendedType().toUpperCase(Locale.ROOT);
        }
        boolean bytes = column.isBytes();
        return switch (column.type()) {
            case TINY -> "TINYINT";
            case SHORT -> "SMALLINT";
            case LONG -> "INT";
            case INT24 -> "MEDIUMINT";
            case LONGLONG -> "BIGINT";
            case DECIMAL, NEWDECIMAL -> "DECIMAL";
            case DATE, NEWDATE -> "DATE";
            case VARCHAR, VAR_STRING -> bytes ? "VARBINARY" : "VARCHAR";
            case TINY_BLOB, MEDIUM_BLOB, LONG_BLOB, BLOB -> bytes ? "BLOB" : "TEXT";
            case STRING -> {
                if ((column.flags() & ColumnDefinition.ENUM_FLAG) != 0) {
                    yield "ENUM";
                }
                yield (column.flags() & ColumnDefinition.SET_FLAG) != 0 ? "SET" : bytes ? "BINARY" : "CHAR";
            }
            default -> column.type().name();
        };
    }

    /**
     * Writes one row.
     *
     * @param out where to
     * @param row the row, wrapped with the same columns
     * @param payload the row's bytes
     */
    public void writeRow(ByteBuf out, RowReader row, ByteBuf payload) {
        out.writeByte(keys == null ? '[' : '{');
        boolean first = true;
        for (int i = 0; i < forms.length; i++) {
            if (keys != null && keys[i] == null) {
                continue;
            }
            if (!first) {
                out.writeByte(',');
            }
            first = false;
            if (keys != null) {
                out.writeBytes(keys[i]);
            }
            if (row.isNull(i)) {
                JsonOutput.raw(out, "null");
            } else {
                writeValue(out, row, payload, i);
            }
        }
        out.writeByte(keys == null ? ']' : '}');
    }

    private void writeValue(ByteBuf out, RowReader row, ByteBuf payload, int i) {
        switch (forms[i]) {
            case INTEGER -> JsonOutput.integer(out, row.getLong(i));
            case UNSIGNED -> JsonOutput.unsigned(out, row.getUnsignedLong(i));
            case REAL -> real(out, row, i);
            case PLAIN_TEXT -> {
                out.writeByte('"');
                row.appendText(i, out);
                out.writeByte('"');
            }
            case TEXT -> JsonOutput.string(out, payload, row.valueIndex(i), row.valueBytes(i));
            case BASE64 -> JsonOutput.base64(out, payload, row.valueIndex(i), row.valueBytes(i));
            case JSON -> json(out, payload, row.valueIndex(i), row.valueBytes(i));
        }
    }

    /** A number with ZEROFILL has zeros in front, which JSON does not allow. */
    private static void real(ByteBuf out, RowReader row, int i) {
        int start = out.writerIndex();
        row.appendText(i, out);
        int zeros = 0;
        while (start + zeros + 1 < out.writerIndex()
                && out.getByte(start + zeros) == '0'
                && isDigit(out.getByte(start + zeros + 1))) {
            zeros++;
        }
        if (zeros > 0) {
            var rest = out.toString(start + zeros, out.writerIndex() - start - zeros, StandardCharsets.US_ASCII);
            out.writerIndex(start);
            JsonOutput.raw(out, rest);
        }
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    /**
     * Writes a document as it is, and as a string what turns out to be none.
     *
     * @param out where to
     * @param utf8 holds the document
     * @param index where it begins
     * @param length how many bytes it has
     */
    public static void json(ByteBuf out, ByteBuf utf8, int index, int length) {
        if (!isJson(utf8, index, length)) {
            JsonOutput.string(out, utf8, index, length);
            return;
        }
        int start = out.writerIndex();
        out.writeBytes(utf8, index, length);
        // MariaDB keeps the line ends between its tokens, which would be the ends of lines of NDJSON.
        for (int i = start; i < out.writerIndex(); i++) {
            byte b = out.getByte(i);
            if (b == '\n' || b == '\r') {
                out.setByte(i, ' ');
            }
        }
    }

    /** What a server calls JSON is; but one that is not would break the document around it. */
    private static boolean isJson(ByteBuf payload, int index, int length) {
        try (var parser = NESTED.createParser((InputStream) new ByteBufInputStream(payload.slice(index, length)))) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            parser.finishToken();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }
}
