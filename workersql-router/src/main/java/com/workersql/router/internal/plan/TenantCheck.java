// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementContext;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.router.internal.analyze.Analysis;
import com.workersql.router.internal.analyze.Names.Dotted;
import com.workersql.router.internal.analyze.TableName;
import java.util.Locale;
import java.util.Set;

/** Proves that every name of a statement stays in the tenant's own schema. */
final class TenantCheck {

    /** What every account may read of itself; a server shows in them only what the account may see. */
    private static final Set<String> INFORMATION = Set.of(
            "applicable_roles",
            "character_sets",
            "check_constraints",
            "collation_character_set_applicability",
            "collations",
            "columns",
            "enabled_roles",
            "engines",
            "events",
            "key_column_usage",
            "keywords",
            "parameters",
            "partitions",
            "referential_constraints",
            "routines",
            "schema_privileges",
            "schemata",
            "sequences",
            "statistics",
            "table_constraints",
            "table_privileges",
            "tables",
            "triggers",
            "user_privileges",
            "views");

    private TenantCheck() {}

    /** {@return why the statement is refused, or null where every name is the tenant's own} */
    static Refused check(StatementInfo info, Analysis analysis, StatementContext context, String own) {
        // Counted loops: this runs for every statement, and iterators would be its only garbage.
        for (int i = 0; i < analysis.tables().size(); i++) {
            Refused refused = table(info, analysis.tables().get(i), context, own);
            if (refused != null) {
                return refused;
            }
        }
        for (int i = 0; i < analysis.schemas().size(); i++) {
            String schema = analysis.schemas().get(i);
            if (!own.equals(schema)
                    && !(isInformation(schema) && info.kind() == StatementKind.SHOW && context.ownAccount())) {
                return Refusal.schema(info, schema);
            }
        }
        for (int i = 0; i < analysis.dotted().size(); i++) {
            Refused refused = dotted(info, analysis, analysis.dotted().get(i), context, own);
            if (refused != null) {
                return refused;
            }
        }
        return null;
    }

    private static Refused table(StatementInfo info, TableName table, StatementContext context, String own) {
        String schema = table.schema() == null ? context.schema() : table.schema();
        // Without a current schema a server answers that none is selected.
        if (schema == null || own.equals(schema)) {
            return null;
        }
        boolean information = isInformation(schema)
                && context.ownAccount()
                && INFORMATION.contains(table.name().toLowerCase(Locale.ROOT))
                && isReading(info.kind());
        return information ? null : Refusal.table(info, table.toString());
    }

    private static Refused dotted(
            StatementInfo info, Analysis analysis, Dotted name, StatementContext context, String own) {
        if (own.equals(name.first())) {
            return null;
        }
        if (name.call() || info.kind() == StatementKind.CALL) {
            return Refusal.routine(info, text(name));
        }
        if (name.parts() >= 3) {
            boolean information = isInformation(name.first()) && context.ownAccount();
            return information && isReading(info.kind()) ? null : Refusal.table(info, text(name));
        }
        boolean columnsOnly = switch (info.kind()) {
            case SELECT, VALUES, INSERT, REPLACE, UPDATE, DELETE, DO, EXPLAIN, SET -> !info.has(SessionEffect.SEQUENCE);
            default -> false;
        };
        if (columnsOnly || analysis.localNames().contains(name.first())) {
            return null;
        }
        boolean row = info.kind() == StatementKind.CREATE_TRIGGER
                && (name.first().equalsIgnoreCase("new") || name.first().equalsIgnoreCase("old"));
        return row ? null : Refusal.table(info, text(name));
    }

    private static String text(Dotted name) {
        return name.first() + "." + name.second();
    }

    private static boolean isReading(StatementKind kind) {
        return kind == StatementKind.SELECT || kind == StatementKind.EXPLAIN || kind == StatementKind.SHOW;
    }

    private static boolean isInformation(String schema) {
        return schema.equalsIgnoreCase("information_schema");
    }
}
