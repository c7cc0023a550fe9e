// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LogDoctorTest {
    private static LogSettings mySql(Map<String, String> others) {
        var variables = new HashMap<>(Map.of(
                "version", "9.1.0",
                "log_bin", "ON",
                "binlog_format", "ROW",
                "binlog_row_image", "FULL",
                "binlog_row_metadata", "FULL",
                "binlog_row_value_options", "",
                "gtid_mode", "ON",
                "log_replica_updates", "ON",
                "server_id", "1"));
        variables.putAll(others);
        return new LogSettings(variables);
    }

    @Test
    void saysWhatIsWrongAndHowToMendIt() {
        assertThat(mySql(Map.of()).faults(true)).isEmpty();
        assertThat(mySql(Map.of(
                                "gtid_mode", "OFF",
                                "log_bin", "OFF",
                                "binlog_row_value_options", "PARTIAL_JSON",
                                "log_replica_updates", "OFF",
                                "server_id", "0"))
                        .faults(true))
                .containsExactly(
                        "log_bin is OFF, not ON (start the server with log_bin)",
                        "binlog_row_value_options is PARTIAL_JSON (SET GLOBAL binlog_row_value_options = '')",
                        "gtid_mode is OFF, not ON (start the server with gtid_mode=ON and enforce_gtid_consistency=ON)",
                        "log_replica_updates is OFF, not ON (start the server with log_replica_updates)",
                        "server_id is 0 (give the server an id of its own)");
        assertThat(mySql(Map.of("log_replica_updates", "OFF")).faults(false)).isEmpty();
        assertThat(new LogSettings(Map.of()).faults(false)).hasSizeGreaterThan(3);
    }

    @Test
    void findsTheZoneInWhichTheServerPrints() {
        assertThat(mySql(Map.of("time_zone", "+02:00")).zone()).isEqualTo(ZoneOffset.ofHours(2));
        assertThat(mySql(Map.of("time_zone", "Europe/Berlin")).zone()).isEqualTo(ZoneId.of("Europe/Berlin"));
        assertThat(mySql(Map.of("time_zone", "SYSTEM", "system_time_zone", "UTC"))
                        .warnings())
                .isEmpty();
        var unknown = mySql(Map.of("time_zone", "SYSTEM", "system_time_zone", "CEST"));
        assertThat(unknown.zone()).isEqualTo(ZoneOffset.UTC);
        assertThat(unknown.warnings()).hasSize(1);
    }

    @Test
    void readsTheGrants() {
        assertThat(LogDoctor.mayReplicate(List.of("GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO `u`@`%`")))
                .isTrue();
        assertThat(LogDoctor.mayReplicate(List.of("GRANT SELECT, REPLICATION SLAVE ON *.* TO 'u'@'%'")))
                .isTrue();
        assertThat(LogDoctor.mayReplicate(List.of("GRANT ALL PRIVILEGES ON *.* TO 'u'@'%'")))
                .isTrue();
        assertThat(LogDoctor.mayReplicate(List.of("GRANT REPLICATION SLAVE ADMIN ON *.* TO `u`@`%`")))
                .isFalse();
        assertThat(LogDoctor.mayReplicate(
                        List.of("GRANT USAGE ON *.* TO 'u'@'%'", "GRANT ALL PRIVILEGES ON `a`.* TO 'u'@'%'")))
                .isFalse();
    }
}
