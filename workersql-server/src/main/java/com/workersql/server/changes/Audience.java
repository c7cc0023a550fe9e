// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.binlog.ColumnValue;
import com.workersql.protocol.binlog.RowChange;
import com.workersql.protocol.binlog.TableMapEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Those who hear what one reader reads. Confined to the shard's event loop. */
final class Audience {
    private final Map<String, List<Member>> byTable = new HashMap<>();
    private final Map<Subscriber, Member> members = new LinkedHashMap<>();
    /** Those that have heard something else than what the reader has read. */
    private final List<Member> ahead = new ArrayList<>();

    private boolean foldsNames;

    /** A subscriber, and what it has heard already. */
    static final class Member {
        final Subscriber subscriber;
        /** Transactions that are not to be told again; null when that is what the reader has read. */
        private LogPosition heard;
        /** The transaction of which a part is not to be told again; null for none. */
        private TransactionId begun;

        private int told;

        Member(Subscriber subscriber, ResumePoint.Part from) {
            this.subscriber = subscriber;
            if (from != null) {
                heard = from.position();
                begun = from.begun();
                told = from.told();
            }
        }

        /** Where it is when the reader is at a position. */
        ResumePoint.Part part(LogPosition readers) {
            return begun == null
                    ? ResumePoint.Part.behind(heard == null ? readers : heard)
                    : new ResumePoint.Part(heard, begun, told);
        }
    }

    /** Whether the servers take names of tables without regard to case. */
    void foldNames(boolean fold) {
        if (fold != foldsNames) {
            foldsNames = fold;
            byTable.clear();
            members.values().forEach(this::index);
        }
    }

    private String key(String schema, String table) {
        var key = schema + "\n" + table;
        return foldsNames ? key.toLowerCase(Locale.ROOT) : key;
    }

    void add(Member member) {
        members.put(member.subscriber, member);
        if (member.heard != null) {
            ahead.add(member);
        }
        index(member);
    }

    private void index(Member member) {
        var interest = member.subscriber.interest();
        byTable.computeIfAbsent(key(interest.schema(), interest.table()), key -> new ArrayList<>())
                .add(member);
    }

    /** Takes a subscriber out; null when it is not here. */
    Member remove(Subscriber subscriber) {
        var member = members.remove(subscriber);
        if (member != null) {
            ahead.remove(member);
            var interest = subscriber.interest();
            var key = key(interest.schema(), interest.table());
            byTable.computeIfPresent(key, (name, list) -> {
                list.remove(member);
                return list.isEmpty() ? null : list;
            });
        }
        return member;
    }

    Collection<Member> members() {
        return members.values();
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** Whether anybody wants the rows of a table. */
    boolean wants(String schema, String table) {
        return byTable.containsKey(key(schema, table));
    }

    /** Ends the subscriptions of all, or of those to a table. */
    void loseAll(String schema, String table, Loss loss) {
        for (var member : List.copyOf(schema == null ? members.values() : of(schema, table))) {
            remove(member.subscriber);
            member.subscriber.lose(loss);
        }
    }

    List<Member> of(String schema, String table) {
        return byTable.getOrDefault(key(schema, table), List.of());
    }

    /** The one for whom most waits; null when nothing waits for anybody. */
    Subscriber slowest() {
        return members.keySet().stream()
                .filter(subscriber -> subscriber.queuedBytes() > 0)
                .max(Comparator.comparingLong(Subscriber::queuedBytes))
                .orElse(null);
    }

    /** Whether a member has heard all of a transaction. */
    static boolean hasHeard(Member member, TransactionId id) {
        return member.heard != null && member.heard.contains(id);
    }

    /** How many changes of a transaction a member has heard. */
    static int told(Member member, TransactionId id) {
        return id.equals(member.begun) ? member.told : 0;
    }

    /** All have heard a transaction; the reader is behind it. */
    void heard(TransactionId id, LogPosition readers) {
        ahead.removeIf(member -> {
            member.heard = member.heard.plus(id);
            if (id.equals(member.begun)) {
                member.begun = null;
            }
            if (member.begun == null && readers.contains(member.heard)) {
                member.heard = null;
            }
            return member.heard == null;
        });
    }

    /** What of a change concerns one subscriber. */
    static Relevant relevant(Interest.RowOwner owner, TableMapEvent table, RowChange change) {
        if (owner == null) {
            return new Relevant(true, true);
        }
        int column = column(table, owner.column());
        return new Relevant(isOwn(owner, column, change.before()), isOwn(owner, column, change.after()));
    }

    private static int column(TableMapEvent table, String name) {
        for (int i = 0; i < table.columns().size(); i++) {
            if (table.columns().get(i).name().equalsIgnoreCase(name)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isOwn(Interest.RowOwner owner, int column, List<ColumnValue> image) {
        return column >= 0 && !image.isEmpty() && owner.owns(image.get(column));
    }

    /** Whether a change does not say whose row it is about. */
    static boolean lacks(Interest.RowOwner owner, TableMapEvent table, RowChange change) {
        int column = column(table, owner.column());
        return column < 0
                || (!change.before().isEmpty() && change.before().get(column) == ColumnValue.ABSENT)
                || (!change.after().isEmpty() && change.after().get(column) == ColumnValue.ABSENT);
    }

    /**
     * Whose the row was and is.
     *
     * @param before whether it was the subscriber's; of no meaning for an insert
     * @param after whether it is the subscriber's; of no meaning for a delete
     */
    record Relevant(boolean before, boolean after) {}
}
