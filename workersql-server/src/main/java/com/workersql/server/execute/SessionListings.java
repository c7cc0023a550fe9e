// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.router.ServerFlavor;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.SessionRegistry;
import com.workersql.server.session.SessionView;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** Shows sessions: PROCESSLIST as servers do, and what only a gateway has. A tenant sees its own. */
final class SessionListings {
    private final SessionRegistry registry;
    private final LongSupplier nanoClock;
    private final long startNanos;

    SessionListings(SessionRegistry registry, LongSupplier nanoClock) {
        this.registry = registry;
        this.nanoClock = nanoClock;
        this.startNanos = nanoClock.getAsLong();
    }

    /** The gateway's age in seconds and the number of sessions that the caller may see, in the form of COM_STATISTICS. */
    String statistics(ClientSession session) {
        return "Uptime: " + TimeUnit.NANOSECONDS.toSeconds(nanoClock.getAsLong() - startNanos) + "  Threads: "
                + registry.count(session.principal().tenant());
    }

    /** {@code SHOW [FULL] PROCESSLIST}: the gateway's ids, which KILL takes; statements are shown without their values. */
    void processes(ClientSession session, boolean full, ServerFlavor flavor, ReplyTarget target) {
        int limit = full ? Integer.MAX_VALUE : 100;
        var columns = new ArrayList<>(List.of(
                LocalColumns.number("Id"),
                LocalColumns.text("User"),
                LocalColumns.text("Host"),
                LocalColumns.text("db"),
                LocalColumns.text("Command"),
                LocalColumns.number("Time"),
                LocalColumns.text("State"),
                LocalColumns.text("Info")));
        boolean progress = flavor == ServerFlavor.MARIADB;
        if (progress) {
            columns.add(LocalColumns.text("Progress"));
        }
        answer(
                session,
                target,
                columns,
                views -> views.stream()
                        .map(view -> {
                            var row = new ArrayList<String>();
                            boolean runs = view.statement() != null;
                            row.add(Integer.toString(view.id()));
                            row.add(view.user());
                            row.add(view.host());
                            row.add(view.schema());
                            row.add(runs ? "Query" : "Sleep");
                            row.add(Long.toString(TimeUnit.NANOSECONDS.toSeconds(view.nanos())));
                            row.add(runs ? "executing" : "");
                            row.add(runs ? shortened(view.statement(), limit) : null);
                            if (progress) {
                                row.add("0.000");
                            }
                            return row.toArray(String[]::new);
                        })
                        .toList());
    }

    private static String shortened(String statement, int limit) {
        return statement.substring(0, Math.min(limit, statement.length()));
    }

    /** {@code SHOW GATEWAY SESSIONS}. */
    void sessions(ClientSession session, ReplyTarget target) {
        var columns = List.of(
                LocalColumns.number("id"),
                LocalColumns.text("user"),
                LocalColumns.text("host"),
                LocalColumns.text("schema"),
                LocalColumns.text("state"),
                LocalColumns.number("millis"),
                LocalColumns.text("shard"),
                LocalColumns.text("pinned_by"),
                LocalColumns.text("statement"));
        answer(
                session,
                target,
                columns,
                views -> views.stream()
                        .map(view -> new String[] {
                            Integer.toString(view.id()),
                            view.user(),
                            view.host(),
                            view.schema(),
                            view.statement() != null ? "running" : view.inTransaction() ? "in transaction" : "idle",
                            millis(view.nanos()),
                            view.shard(),
                            view.pins().stream()
                                    .map(pin -> pin.reason().name())
                                    .sorted()
                                    .collect(Collectors.joining(",")),
                            view.statement()
                        })
                        .toList());
    }

    /** {@code SHOW GATEWAY PINS}: one row for each reason for which a session keeps a connection. */
    void pins(ClientSession session, ReplyTarget target) {
        long now = nanoClock.getAsLong();
        var columns = List.of(
                LocalColumns.number("session"),
                LocalColumns.text("user"),
                LocalColumns.text("shard"),
                LocalColumns.text("reason"),
                LocalColumns.text("statement"),
                LocalColumns.number("age_millis"));
        answer(
                session,
                target,
                columns,
                views -> views.stream()
                        .flatMap(view -> view.pins().stream()
                                .sorted((one, other) -> one.reason().compareTo(other.reason()))
                                .map(pin -> new String[] {
                                    Integer.toString(view.id()),
                                    view.user(),
                                    view.shard(),
                                    pin.reason().name(),
                                    pin.fingerprint(),
                                    millis(now - pin.sinceNanos())
                                }))
                        .toList());
    }

    private static String millis(long nanos) {
        return Long.toString(TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    private void answer(
            ClientSession session,
            ReplyTarget target,
            List<ColumnDefinition> columns,
            Function<List<SessionView>, List<String[]>> rows) {
        registry.views(
                session.principal().tenant(),
                nanoClock.getAsLong(),
                session.loop(),
                views -> target.rows(new LocalRows(
                        columns, rows.apply(views), session.transaction().lastingStatusFlags())));
    }
}
