// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.placement;

import com.workersql.router.collation.Collation;
import com.workersql.router.policy.TableRule;
import java.util.Locale;

/**
 * A column of a shard, as information_schema describes it.
 *
 * @param schema its schema
 * @param table its table
 * @param name its name
 * @param dataType its type without length, in lower case
 * @param columnType its type with all that belongs to it
 * @param collation its collation; null where it is no text
 */
record KeyColumn(String schema, String table, String name, String dataType, String columnType, String collation) {

    /** The statement that lists such columns; its one gap takes the names of tables. */
    static final String QUESTION = "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, LOWER(DATA_TYPE), COLUMN_TYPE,"
            + " COLLATION_NAME FROM information_schema.COLUMNS WHERE LOWER(TABLE_NAME) IN (%s) AND TABLE_SCHEMA NOT IN"
            + " ('information_schema', 'performance_schema', 'mysql', 'sys')";

    static KeyColumn of(String[] row) {
        return new KeyColumn(row[0], row[1], row[2], row[3].toLowerCase(Locale.ROOT), row[4], row[5]);
    }

    /** Why rows cannot be placed by this column under a rule; null where they can. */
    String fault(TableRule.Keyed rule) {
        boolean fits = switch (rule.keyType()) {
            case INT, UINT -> isInteger();
            case DECIMAL -> dataType.equals("decimal") || isInteger();
            case DATE -> dataType.equals("date");
            case UUID -> dataType.equals("uuid") || isText();
            // A BINARY of fixed length is filled up with zeros, so that it is not stored as it was given.
            case BINARY -> dataType.equals("varbinary") || dataType.endsWith("blob");
            case STRING -> isText();
        };
        String column = schema + "." + table + "." + name + " is " + columnType;
        if (!fits) {
            return column + ", which is not of key_type " + rule.keyType().policyName();
        }
        if (!isText()) {
            return null;
        }
        var own = Collation.named(collation);
        return own.isPresent() && rule.collation().covers(own.get())
                ? null
                : column + " in collation " + collation + ", of which key_collation " + rule.collation()
                        + " does not say what is equal";
    }

    /** Why keys cannot be drawn from this column of a sequence; null where they can. */
    String sequenceFault() {
        // A shorter type comes to its end, and where sessions are not strict it stays there and gives numbers twice.
        return dataType.equals("bigint")
                ? null
                : schema + "." + table + "." + name + " is " + columnType + ", and has to be BIGINT";
    }

    private boolean isInteger() {
        return switch (dataType) {
            case "tinyint", "smallint", "mediumint", "int", "bigint" -> true;
            default -> false;
        };
    }

    private boolean isText() {
        return switch (dataType) {
            case "char", "varchar", "tinytext", "text", "mediumtext", "longtext" -> true;
            default -> false;
        };
    }
}
