// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a server's variables say about its log.
 *
 * @param variables by name in lower case
 */
record LogSettings(Map<String, String> variables) {
    /** Asks for them. */
    static final String QUERY = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'log_bin', 'binlog_format',"
            + " 'binlog_row_image', 'binlog_row_metadata', 'binlog_row_value_options', 'gtid_mode', 'log_slave_updates',"
            + " 'log_replica_updates', 'lower_case_table_names', 'time_zone', 'system_time_zone', 'server_id')";

    boolean isMariaDb() {
        return value("version").contains("mariadb");
    }

    private String value(String name) {
        return variables.getOrDefault(name, "").toLowerCase(Locale.ROOT);
    }

    /** Whether names of tables are taken without regard to case. */
    boolean foldsNames() {
        return !value("lower_case_table_names").equals("0");
    }

    /**
     * The zone in which the server prints a TIMESTAMP.
     *
     * @return UTC when it is unknown
     */
    ZoneId zone() {
        var name = variables.getOrDefault("time_zone", "SYSTEM");
        var found = zone(name.equals("SYSTEM") ? variables.getOrDefault("system_time_zone", "UTC") : name);
        return found == null ? ZoneOffset.UTC : found;
    }

    private static ZoneId zone(String name) {
        try {
            return ZoneId.of(name);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /**
     * What keeps the log from being followed.
     *
     * @param canFailOver whether another server of the shard may take over
     * @return empty when nothing does
     */
    List<String> faults(boolean canFailOver) {
        var faults = new ArrayList<String>();
        expect(faults, "log_bin", "on", "start the server with log_bin");
        expect(faults, "binlog_format", "row", "SET GLOBAL binlog_format = 'ROW'");
        expect(faults, "binlog_row_image", "full", "SET GLOBAL binlog_row_image = 'FULL'");
        expect(faults, "binlog_row_metadata", "full", "SET GLOBAL binlog_row_metadata = 'FULL'");
        if (value("binlog_row_value_options").contains("partial_json")) {
            faults.add("binlog_row_value_options is PARTIAL_JSON (SET GLOBAL binlog_row_value_options = '')");
        }
        if (!isMariaDb()) {
            expect(faults, "gtid_mode", "on", "start the server with gtid_mode=ON and enforce_gtid_consistency=ON");
        }
        if (canFailOver) {
            var name = variables.containsKey("log_replica_updates") ? "log_replica_updates" : "log_slave_updates";
            expect(faults, name, "on", "start the server with " + name);
        }
        if (value("server_id").equals("0")) {
            faults.add("server_id is 0 (give the server an id of its own)");
        }
        return faults;
    }

    /** What is not as it should be, but keeps nothing from working. */
    List<String> warnings() {
        var name = variables.getOrDefault("time_zone", "SYSTEM");
        return name.equals("SYSTEM") && zone(variables.getOrDefault("system_time_zone", "UTC")) == null
                ? List.of("time_zone is SYSTEM, and the system's " + variables.get("system_time_zone")
                        + " says no rule: a TIMESTAMP is told in UTC (SET GLOBAL time_zone to a name or an offset)")
                : List.of();
    }

    private void expect(List<String> faults, String name, String wanted, String remedy) {
        if (!value(name).equals(wanted)) {
            var found = variables.get(name);
            faults.add(name + " is " + (found == null ? "unknown to the server" : found.isEmpty() ? "empty" : found)
                    + ", not " + wanted.toUpperCase(Locale.ROOT) + " (" + remedy + ")");
        }
    }
}
