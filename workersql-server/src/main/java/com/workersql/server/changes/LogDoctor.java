// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.binlog.BinlogPacket;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Looks whether a shard's log can be followed, and says what it lacks. */
public final class LogDoctor {
    private LogDoctor() {}

    /**
     * What was found.
     *
     * @param shard which shard
     * @param faults what keeps its log from being followed; empty when nothing does
     * @param warnings what had better be otherwise
     */
    public record Diagnosis(String shard, List<String> faults, List<String> warnings) {
        /** Copies the lists. */
        public Diagnosis {
            faults = List.copyOf(faults);
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * Asks a shard's primary for its settings and for what the account may do.
     *
     * @param source where the log is
     * @param loop on which to ask
     * @return what was found; never fails
     */
    public static CompletableFuture<Diagnosis> examine(LogSource source, EventLoop loop) {
        var visit = new Visit(source, loop);
        loop.execute(visit.connection::open);
        return visit.diagnosis;
    }

    /** Whether the account's grants, as SHOW GRANTS tells them, let it read the log. */
    static boolean mayReplicate(List<String> grants) {
        return grants.stream()
                .map(grant -> grant.toUpperCase(Locale.ROOT))
                .filter(grant -> grant.contains(" ON *.* TO "))
                .anyMatch(grant -> grant.startsWith("GRANT ALL PRIVILEGES")
                        || grant.contains("REPLICATION SLAVE,")
                        || grant.contains("REPLICATION SLAVE ON"));
    }

    private static final class Visit implements LogConnection.Listener {
        private final LogSource source;
        private final LogConnection connection;
        private final CompletableFuture<Diagnosis> diagnosis = new CompletableFuture<>();

        Visit(LogSource source, EventLoop loop) {
            this.source = source;
            this.connection = new LogConnection(source, loop, this);
        }

        @Override
        public void connected() {
            connection.query(LogSettings.QUERY, rows -> {
                var variables = new HashMap<String, String>();
                rows.forEach(row -> variables.put(row[0].toLowerCase(Locale.ROOT), row[1]));
                var settings = new LogSettings(variables);
                connection.query(
                        "SHOW GRANTS",
                        grants ->
                                end(settings, grants.stream().map(row -> row[0]).toList()));
            });
        }

        private void end(LogSettings settings, List<String> grants) {
            connection.close();
            var faults = new ArrayList<>(settings.faults(source.canFailOver()));
            if (!mayReplicate(grants)) {
                faults.add("the account " + source.account().user()
                        + " lacks REPLICATION SLAVE (GRANT REPLICATION SLAVE ON *.* TO it)");
            }
            diagnosis.complete(new Diagnosis(source.shard(), faults, settings.warnings()));
        }

        @Override
        public void received(BinlogPacket packet) {
            throw new IllegalStateException("nobody has asked for the log");
        }

        @Override
        public void ended(Throwable cause) {
            diagnosis.complete(new Diagnosis(
                    source.shard(),
                    List.of(source.primary().get() + " cannot be asked as "
                            + source.account().user() + ": " + cause.getMessage()),
                    List.of()));
        }
    }
}
