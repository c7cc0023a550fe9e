// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Whose a row is, in tables that tenants with {@code isolation: row} share.
 *
 * @param standard the column that says it in every table of which nothing else is said, or null where there is none
 * @param byTable the column of a table, by the table's name in lower case
 * @param values what stands in that column for a tenant, by the tenant's name; the name itself where there is nothing
 */
public record TenantColumns(String standard, Map<String, String> byTable, Map<String, String> values) {

    /** No tenant shares tables. */
    public static final TenantColumns NONE = new TenantColumns(null, Map.of(), Map.of());

    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9_.:@-]{1,64}");
    private static final Pattern INTEGER = Pattern.compile("0|[1-9][0-9]{0,17}");

    /** Copies the maps. */
    public TenantColumns {
        byTable = Map.copyOf(byTable);
        values = Map.copyOf(values);
    }

    /**
     * {@return the tenant column of a table; empty where the policy names none}
     *
     * @param table the table's name without schema, in any case
     */
    public Optional<String> column(String table) {
        String own = byTable.get(table.toLowerCase(Locale.ROOT));
        return Optional.ofNullable(own == null ? standard : own);
    }

    /**
     * {@return what stands in the tenant column of a tenant's rows}
     *
     * @param tenant the tenant's name
     */
    public String value(String tenant) {
        return values.getOrDefault(tenant, tenant);
    }

    /**
     * {@return why the values cannot tell these tenants apart in every column, or null where they can}
     *
     * <p>SQL calls equal what differs in case or trailing spaces only, and compares a number with a text by the number
     * that the text begins with. So values are plain, differ beyond case, and are either all whole numbers or all not.
     *
     * @param tenants the tenants that share tables
     */
    String fault(List<String> tenants) {
        Map<String, String> seen = new TreeMap<>();
        int integers = 0;
        for (String tenant : tenants) {
            String value = value(tenant);
            if (!VALUE.matcher(value).matches()) {
                return "tenant_value " + value + " of " + tenant + " is not 1 to 64 of A-Z a-z 0-9 _ . : @ -";
            }
            String other = seen.put(value.toLowerCase(Locale.ROOT), tenant);
            if (other != null) {
                return "tenants " + other + " and " + tenant + " have the same tenant_value but for case";
            }
            integers += INTEGER.matcher(value).matches() ? 1 : 0;
        }
        return integers != 0 && integers != tenants.size()
                ? "some values of the tenant column are whole numbers and some are not; a column of numbers cannot tell them apart"
                : null;
    }
}
