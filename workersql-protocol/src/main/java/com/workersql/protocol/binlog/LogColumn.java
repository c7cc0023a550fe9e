// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import java.nio.charset.Charset;
import java.util.List;

/**
 * A column as a table map describes it.
 *
 * <p>What the server leaves out has the value given below: MySQL tells signedness and collations always, the rest with
 * {@code binlog_row_metadata=FULL}; MariaDB tells nothing unless that variable is MINIMAL or FULL.
 *
 * @param type how values lie in rows
 * @param metadata what the type needs to read them: precision, lengths, fraction digits
 * @param isNullable whether NULL is allowed
 * @param isUnsigned false also when the server does not tell
 * @param name empty when the server does not tell
 * @param collationId 63 for bytes; -1 for types without one, or when the server does not tell
 * @param labels of an ENUM or SET, in the order of their numbers; empty when the server does not tell
 * @param geometryType 0 GEOMETRY, 1 POINT, 2 LINESTRING, 3 POLYGON, 4 MULTIPOINT, 5 MULTILINESTRING, 6 MULTIPOLYGON, 7
 *     GEOMETRYCOLLECTION; -1 for other types, or when the server does not tell
 * @param isVisible whether {@code SELECT *} has it; true also when the server does not tell
 * @param dimensions of a VECTOR; 0 for other types, or when the server does not tell
 */
public record LogColumn(
        LogColumnType type,
        int metadata,
        boolean isNullable,
        boolean isUnsigned,
        String name,
        int collationId,
        List<String> labels,
        int geometryType,
        boolean isVisible,
        int dimensions) {
    /** The collation of bytes. */
    public static final int BINARY = 63;

    public LogColumn {
        labels = List.copyOf(labels);
    }

    /** The charset of the collation; UTF-8 when it is unknown. */
    Charset charset() {
        return CollationCharset.of(collationId);
    }
}
