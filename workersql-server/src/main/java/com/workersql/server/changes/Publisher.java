// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.binlog.ColumnValue;
import com.workersql.protocol.binlog.RowChange;
import com.workersql.protocol.binlog.RowsEvent;
import com.workersql.protocol.binlog.TableMapEvent;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Puts the changes of a transaction where its subscribers take them from. Confined to the shard's event loop. */
final class Publisher {
    private static final int ROW_BYTES = 96;
    private static final int VALUE_BYTES = 32;

    private final String shard;
    private final ChangeBudget budget;

    Publisher(String shard, ChangeBudget budget) {
        this.shard = shard;
        this.budget = budget;
    }

    /** A change of a transaction: of a row, or TRUNCATE where the change is null. */
    private record Decoded(
            ChangeEvent.Kind kind, String schema, String table, TableMapEvent columns, RowChange change, int bytes) {}

    /**
     * Publishes a transaction.
     *
     * @param transaction what it did
     * @param before where its reader was
     * @param after where its reader is
     * @param zone in which the server prints a TIMESTAMP
     * @param audience who hears it
     * @throws com.workersql.protocol.ProtocolException when a row is malformed
     */
    void publish(LoggedTransaction transaction, LogPosition before, LogPosition after, ZoneId zone, Audience audience) {
        var changes = new ArrayList<Decoded>();
        var concerned = new LinkedHashSet<Audience.Member>();
        for (var part : transaction.parts()) {
            if (part instanceof LoggedTransaction.Rows rows) {
                decode(rows.event(), changes);
                concerned.addAll(audience.of(
                        rows.event().table().schema(), rows.event().table().table()));
            } else if (part instanceof LoggedTransaction.Truncated table) {
                changes.add(
                        new Decoded(ChangeEvent.Kind.TRUNCATE, table.schema(), table.table(), null, null, ROW_BYTES));
                concerned.addAll(audience.of(table.schema(), table.table()));
            } else if (part instanceof LoggedTransaction.Untold untold) {
                audience.loseAll(untold.schema(), untold.table(), Loss.unreadable(untold.why()));
            }
        }
        if (!concerned.isEmpty()) {
            var charge = charge(changes.stream().mapToLong(Decoded::bytes).sum(), concerned, audience);
            if (charge != null) {
                for (var member : concerned) {
                    tell(member, transaction, changes, before, after, zone, charge, audience);
                }
                charge.release();
            }
        }
        audience.heard(transaction.id(), after);
    }

    private static void decode(RowsEvent event, List<Decoded> into) {
        var kind = switch (event.kind()) {
            case WRITE -> ChangeEvent.Kind.INSERT;
            case UPDATE -> ChangeEvent.Kind.UPDATE;
            case DELETE -> ChangeEvent.Kind.DELETE;
        };
        for (var change : event) {
            into.add(new Decoded(
                    kind,
                    event.table().schema(),
                    event.table().table(),
                    event.table(),
                    change,
                    ROW_BYTES + bytes(change.before()) + bytes(change.after())));
        }
    }

    private static int bytes(List<ColumnValue> values) {
        int bytes = 0;
        for (var value : values) {
            bytes += VALUE_BYTES;
            if (value instanceof ColumnValue.Text text) {
                bytes += text.bytes().length();
            } else if (value instanceof ColumnValue.Json json) {
                bytes += json.text().length();
            }
        }
        return bytes;
    }

    /** Makes room at the cost of those who are furthest behind; null when there is none, and then all concerned are lost. */
    private ChangeBudget.Charge charge(long bytes, Set<Audience.Member> concerned, Audience audience) {
        var charge = budget.tryTake(bytes);
        while (charge == null) {
            var slowest = audience.slowest();
            if (slowest == null) {
                for (var member : concerned) {
                    audience.remove(member.subscriber);
                    member.subscriber.lose(full());
                }
                return null;
            }
            audience.remove(slowest);
            slowest.lose(full());
            charge = budget.tryTake(bytes);
        }
        return charge;
    }

    private static Loss full() {
        return Loss.slow("The changes that wait for all subscribers of this gateway hold all of changes.buffer_bytes");
    }

    private void tell(
            Audience.Member member,
            LoggedTransaction transaction,
            List<Decoded> changes,
            LogPosition before,
            LogPosition after,
            ZoneId zone,
            ChangeBudget.Charge charge,
            Audience audience) {
        var id = transaction.id();
        var subscriber = member.subscriber;
        if (subscriber.hasEnded() || Audience.hasHeard(member, id)) {
            return;
        }
        if (!subscriber.hasRoom()) {
            audience.remove(subscriber);
            subscriber.lose(
                    Loss.slow(
                            "The changes that wait for this subscription are more than changes.queue_bytes allows; take them faster"));
            return;
        }
        var own = new ArrayList<ChangeEvent>();
        int bytes = 0;
        for (var change : changes) {
            if (!audience.of(change.schema, change.table).contains(member)) {
                continue;
            }
            var fault = fault(subscriber.interest().owner(), change);
            if (fault != null) {
                audience.remove(subscriber);
                subscriber.lose(Loss.unreadable(fault));
                return;
            }
            var event = event(subscriber.interest().owner(), change, transaction, zone);
            if (event != null) {
                own.add(event);
                bytes += change.bytes;
            }
        }
        var from = member.part(before).position();
        var behind = member.part(after).position().plus(id);
        for (int i = Audience.told(member, id); i < own.size(); i++) {
            boolean last = i == own.size() - 1;
            var point = last ? ResumePoint.Part.behind(behind) : new ResumePoint.Part(from, id, i + 1);
            subscriber.put(last ? last(own.get(i)) : own.get(i), point, bytes / own.size(), charge);
        }
        subscriber.wake();
    }

    private static String fault(Interest.RowOwner owner, Decoded change) {
        if (change.change == null) {
            return null;
        }
        if (change.columns.columns().stream().anyMatch(column -> column.name().isEmpty())) {
            return "The shard does not log the names of columns (binlog_row_metadata is not FULL)";
        }
        if (hasDifferences(change.change.after())) {
            return "The shard logs differences of JSON values (binlog_row_value_options is PARTIAL_JSON)";
        }
        if (owner != null && Audience.lacks(owner, change.columns, change.change)) {
            return "A change was logged without the tenant column (binlog_row_image is not FULL)";
        }
        return null;
    }

    private static boolean hasDifferences(List<ColumnValue> image) {
        return image.stream().anyMatch(ColumnValue.JsonDiffs.class::isInstance);
    }

    private ChangeEvent event(Interest.RowOwner owner, Decoded change, LoggedTransaction transaction, ZoneId zone) {
        var kind = change.kind;
        var values = change.change;
        if (values != null) {
            var relevant = Audience.relevant(owner, change.columns, values);
            boolean was = kind != ChangeEvent.Kind.INSERT && relevant.before();
            boolean is = kind != ChangeEvent.Kind.DELETE && relevant.after();
            if (!was && !is) {
                return null;
            }
            // A row that changes hands is new to one tenant and gone for the other.
            kind = was && is ? kind : was ? ChangeEvent.Kind.DELETE : ChangeEvent.Kind.INSERT;
            values = new RowChange(was ? values.before() : List.of(), is ? values.after() : List.of());
        }
        return new ChangeEvent(
                kind, shard, transaction.seconds(), change.schema, change.table, change.columns, values, zone, false);
    }

    private static ChangeEvent last(ChangeEvent event) {
        return new ChangeEvent(
                event.kind(),
                event.shard(),
                event.commitSeconds(),
                event.schema(),
                event.table(),
                event.columns(),
                event.change(),
                event.zone(),
                true);
    }
}
