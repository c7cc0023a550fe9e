// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static com.workersql.protocol.StatusFlags.SERVER_MORE_RESULTS_EXISTS;
import static com.workersql.protocol.StatusFlags.SERVER_PS_OUT_PARAMS;
import static com.workersql.protocol.StatusFlags.SERVER_STATUS_AUTOCOMMIT;
import static com.workersql.protocol.StatusFlags.SERVER_STATUS_CURSOR_EXISTS;
import static com.workersql.protocol.StatusFlags.SERVER_STATUS_LAST_ROW_SENT;

import com.workersql.protocol.CapabilityFlags;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Replies of every shape that the grammar has, by name. */
final class ReplyShapes {
    private static final int AUTOCOMMIT = SERVER_STATUS_AUTOCOMMIT;
    private static final int MORE = AUTOCOMMIT | SERVER_MORE_RESULTS_EXISTS;

    private ReplyShapes() {}

    static Map<String, ReplyBytes> all() {
        Map<String, ReplyBytes> shapes = new LinkedHashMap<>();
        for (CapabilityFlags capabilities : List.of(ReplyBytes.CLASSIC, ReplyBytes.DEPRECATE_EOF)) {
            String mode = capabilities.equals(ReplyBytes.CLASSIC) ? " (EOF)" : " (no EOF)";
            of(capabilities).forEach((name, reply) -> shapes.put(name + mode, reply));
        }
        return shapes;
    }

    private static Map<String, ReplyBytes> of(CapabilityFlags c) {
        Map<String, ReplyBytes> shapes = new LinkedHashMap<>();
        shapes.put("ping", new ReplyBytes(ReplyKind.OK_ONLY, c).ok(AUTOCOMMIT));
        shapes.put("init db error", new ReplyBytes(ReplyKind.OK_ONLY, c).err(1049));
        shapes.put("set option", new ReplyBytes(ReplyKind.OK_ONLY, c).end(AUTOCOMMIT));
        shapes.put("debug with a classic EOF", new ReplyBytes(ReplyKind.OK_ONLY, c).eof(ControlPacket.EOF, AUTOCOMMIT));
        shapes.put("update", new ReplyBytes(ReplyKind.QUERY, c).ok(AUTOCOMMIT));
        shapes.put("syntax error", new ReplyBytes(ReplyKind.QUERY, c).err(1064));
        shapes.put("text rows", textRows(new ReplyBytes(ReplyKind.QUERY, c)).end(AUTOCOMMIT));
        shapes.put(
                "no rows",
                new ReplyBytes(ReplyKind.QUERY, c)
                        .columnCount(1)
                        .metadata(1, AUTOCOMMIT)
                        .end(AUTOCOMMIT));
        shapes.put("error in rows", textRows(new ReplyBytes(ReplyKind.QUERY, c)).err(1317));
        shapes.put(
                "error in place of the terminator of no rows",
                new ReplyBytes(ReplyKind.QUERY, c)
                        .columnCount(2)
                        .metadata(2, AUTOCOMMIT)
                        .err(3024));
        shapes.put(
                "error among definitions",
                new ReplyBytes(ReplyKind.QUERY, c).columnCount(3).definitions(2).err(1317));
        shapes.put(
                "three hundred columns",
                wide(new ReplyBytes(ReplyKind.QUERY, c), 300).end(AUTOCOMMIT));
        shapes.put(
                "three hundred rows",
                manyRows(new ReplyBytes(ReplyKind.QUERY, c), 300).end(AUTOCOMMIT));
        shapes.put(
                "several results",
                textRows(textRows(new ReplyBytes(ReplyKind.QUERY, c)).end(MORE).ok(MORE))
                        .end(AUTOCOMMIT));
        shapes.put(
                "error in the second result",
                textRows(new ReplyBytes(ReplyKind.QUERY, c)).end(MORE).err(1062));
        shapes.put(
                "local file",
                new ReplyBytes(ReplyKind.QUERY, c)
                        .control(ControlPacket.LOCAL_INFILE, 0xFB, '/', 'f')
                        .ok(AUTOCOMMIT));
        shapes.put(
                "local file with an error, then nothing",
                new ReplyBytes(ReplyKind.QUERY, c)
                        .control(ControlPacket.LOCAL_INFILE, 0xFB)
                        .err(1148));
        shapes.put(
                "progress before rows",
                textRows(new ReplyBytes(ReplyKind.QUERY, c)
                                .control(ControlPacket.PROGRESS, 0xFF, 0xFF, 0xFF, 1, 1, 3, 0, 0, 0, 1, 'x'))
                        .end(AUTOCOMMIT));
        shapes.put(
                "binary rows", binaryRows(new ReplyBytes(ReplyKind.EXECUTE, c)).end(AUTOCOMMIT));
        shapes.put("binary update", new ReplyBytes(ReplyKind.EXECUTE, c).ok(AUTOCOMMIT));
        shapes.put(
                "binary error in rows",
                binaryRows(new ReplyBytes(ReplyKind.EXECUTE, c)).err(1317));
        shapes.put(
                "call with out parameters",
                binaryRows(binaryRows(new ReplyBytes(ReplyKind.EXECUTE, c)).end(MORE))
                        .end(MORE | SERVER_PS_OUT_PARAMS)
                        .ok(AUTOCOMMIT));
        int cursorOfProcedure = MORE | SERVER_STATUS_CURSOR_EXISTS;
        shapes.put(
                "call of a procedure that uses a cursor itself, as both servers answer",
                new ReplyBytes(ReplyKind.EXECUTE, c)
                        .columnCount(2)
                        .metadata(2, cursorOfProcedure)
                        .row(0, 0, 1, 1)
                        .end(cursorOfProcedure)
                        .columnCount(1)
                        .metadata(1, cursorOfProcedure)
                        .row(0, 0, 1)
                        .end(cursorOfProcedure)
                        .ok(AUTOCOMMIT));
        if (c.equals(ReplyBytes.CLASSIC)) {
            shapes.put(
                    "call whose out parameters end without the flag of more results, as MySQL 9 answers",
                    new ReplyBytes(ReplyKind.EXECUTE, c)
                            .columnCount(1)
                            .metadata(1, MORE | SERVER_PS_OUT_PARAMS)
                            .row(0, 0, 1)
                            .end(AUTOCOMMIT)
                            .ok(AUTOCOMMIT));
        }
        shapes.put("cursor", cursor(new ReplyBytes(ReplyKind.EXECUTE, c)));
        shapes.put(
                "fetch",
                new ReplyBytes(ReplyKind.FETCH, c)
                        .row(0, 0, 1)
                        .row(0, 0, 2)
                        .end(AUTOCOMMIT | SERVER_STATUS_CURSOR_EXISTS));
        shapes.put("last fetch", new ReplyBytes(ReplyKind.FETCH, c).end(AUTOCOMMIT | SERVER_STATUS_LAST_ROW_SENT));
        shapes.put("fetch error", new ReplyBytes(ReplyKind.FETCH, c).err(1421));
        shapes.put(
                "fields", new ReplyBytes(ReplyKind.FIELD_LIST, c).definitions(3).end(AUTOCOMMIT));
        shapes.put("fields error", new ReplyBytes(ReplyKind.FIELD_LIST, c).err(1146));
        shapes.put("statistics", new ReplyBytes(ReplyKind.STRING, c).control(ControlPacket.STRING, 'U', 'p', ':', '1'));
        shapes.put("statistics error", new ReplyBytes(ReplyKind.STRING, c).err(1227));
        for (int parameters = 0; parameters <= 2; parameters++) {
            for (int columns = 0; columns <= 2; columns++) {
                shapes.put(
                        "prepare with " + parameters + " parameters and " + columns + " columns",
                        prepareOk(new ReplyBytes(ReplyKind.PREPARE, c), parameters, columns)
                                .metadata(parameters, AUTOCOMMIT)
                                .metadata(columns, AUTOCOMMIT));
            }
        }
        shapes.put("prepare error", new ReplyBytes(ReplyKind.PREPARE, c).err(1064));
        shapes.put(
                "prepare error among definitions",
                prepareOk(new ReplyBytes(ReplyKind.PREPARE, c), 2, 0)
                        .definitions(1)
                        .err(1317));
        CapabilityFlags cached = c.with(CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA);
        shapes.put(
                "cached definitions",
                eofWhereDue(new ReplyBytes(ReplyKind.EXECUTE, cached).control(ControlPacket.COLUMN_COUNT, 2, 0))
                        .row(0, 0, 1, 2)
                        .end(AUTOCOMMIT));
        shapes.put(
                "definitions with a flag that they follow",
                new ReplyBytes(ReplyKind.EXECUTE, cached)
                        .control(ControlPacket.COLUMN_COUNT, 2, 1)
                        .metadata(2, AUTOCOMMIT)
                        .row(0, 0, 1, 2)
                        .end(AUTOCOMMIT));
        return shapes;
    }

    private static ReplyBytes textRows(ReplyBytes reply) {
        // First columns that look like terminators: NULL, empty (0x00), and a length that begins with 0xFC.
        return reply.columnCount(2)
                .metadata(2, AUTOCOMMIT)
                .textRow("1", "one")
                .textRow(null, "null")
                .textRow("", "empty")
                .textRow("x".repeat(251), null)
                .textRow(null, null);
    }

    private static ReplyBytes binaryRows(ReplyBytes reply) {
        return reply.columnCount(1)
                .metadata(1, AUTOCOMMIT)
                .row(0, 0, 0xFE)
                .row(0, 4)
                .row(0, 0, 0xFF);
    }

    private static ReplyBytes wide(ReplyBytes reply, int columns) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            values.add("v");
        }
        return reply.columnCount(columns).metadata(columns, AUTOCOMMIT).textRow(values.toArray(String[]::new));
    }

    private static ReplyBytes manyRows(ReplyBytes reply, int rows) {
        reply.columnCount(1).metadata(1, AUTOCOMMIT);
        for (int i = 0; i < rows; i++) {
            reply.textRow(Integer.toString(i));
        }
        return reply;
    }

    private static ReplyBytes cursor(ReplyBytes reply) {
        int status = AUTOCOMMIT | SERVER_STATUS_CURSOR_EXISTS;
        reply.columnCount(2).definitions(2);
        return reply.isDeprecateEof() ? reply.end(status) : reply.eof(ControlPacket.COLUMNS_EOF, status);
    }

    private static ReplyBytes eofWhereDue(ReplyBytes reply) {
        return reply.isDeprecateEof() ? reply : reply.eof(ControlPacket.COLUMNS_EOF, AUTOCOMMIT);
    }

    private static ReplyBytes prepareOk(ReplyBytes reply, int parameters, int columns) {
        return reply.control(ControlPacket.PREPARE_OK, 0, 1, 2, 3, 4, columns, 0, parameters, 0, 0, 5, 0);
    }
}
