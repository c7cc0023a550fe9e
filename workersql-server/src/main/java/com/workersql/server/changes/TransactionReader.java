// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.binlog.BinlogEvent;
import com.workersql.protocol.binlog.BinlogPacket;
import com.workersql.protocol.binlog.EventHeader;
import com.workersql.protocol.binlog.FormatDescriptionEvent;
import com.workersql.protocol.binlog.GtidEvent;
import com.workersql.protocol.binlog.MariaDbGtidEvent;
import com.workersql.protocol.binlog.QueryEvent;
import com.workersql.protocol.binlog.RowsEvent;
import com.workersql.protocol.binlog.TableMapEvent;
import com.workersql.protocol.binlog.TransactionPayloadEvent;
import com.workersql.protocol.binlog.XaPrepareEvent;
import com.workersql.protocol.binlog.XidEvent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Puts the events of a log together to transactions and tells those that have committed. Rows that nobody wants are not kept.
 * Confined to one thread.
 */
final class TransactionReader {
    private final Audience audience;
    private final long limitBytes;
    private final Consumer<LoggedTransaction> committed;
    private final List<LoggedTransaction.Part> parts = new ArrayList<>();
    private final Map<String, Integer> savepoints = new HashMap<>();
    private final Set<String> tables = new HashSet<>();
    private boolean anyTable;
    private TransactionId id;
    /** Whether an end of the transaction is to come: MySQL says BEGIN, MariaDB says STANDALONE where there is none. */
    private boolean hasEnd;

    private long bytes;
    private long seconds;

    /**
     * @param audience who may want rows
     * @param limitBytes how much of one transaction is kept
     * @param committed takes each transaction, also one without parts
     */
    TransactionReader(Audience audience, long limitBytes, Consumer<LoggedTransaction> committed) {
        this.audience = audience;
        this.limitBytes = limitBytes;
        this.committed = committed;
    }

    /** Reads an event. Throws ProtocolException when the log cannot be followed by transactions. */
    void read(BinlogPacket.Entry entry) {
        event(entry.header(), entry.event());
    }

    private void event(EventHeader header, BinlogEvent event) {
        if (event instanceof MariaDbGtidEvent gtid) {
            begin(new TransactionId(
                    Long.toString(gtid.gtid().domainId()),
                    gtid.gtid().serverId(),
                    gtid.gtid().sequenceNumber()));
            hasEnd = (gtid.flags() & MariaDbGtidEvent.STANDALONE) == 0;
        } else if (event instanceof GtidEvent gtid) {
            begin(id(gtid));
        } else if (event instanceof RowsEvent rows) {
            seconds = header.timestampSeconds();
            rows(rows);
        } else if (event instanceof QueryEvent query) {
            seconds = header.timestampSeconds();
            statement(query);
        } else if (event instanceof XidEvent) {
            commit();
        } else if (event instanceof XaPrepareEvent prepare) {
            if (!prepare.isOnePhase()) {
                // They are not committed yet; the statement that commits them is told as a loss.
                parts.clear();
            }
            commit();
        } else if (event instanceof TransactionPayloadEvent payload) {
            payload.events().forEach(inner -> event(inner.header(), inner.event()));
        } else if (event instanceof FormatDescriptionEvent && !header.isArtificial()) {
            // A file begins: what a server had begun to write when it died has not come to its end.
            forget();
        }
    }

    private static TransactionId id(GtidEvent gtid) {
        if (gtid.number() == 0) {
            throw ProtocolException.malformed("a transaction without a GTID, which a change feed cannot go on behind");
        }
        return new TransactionId(MySqlPosition.source(gtid), 0, gtid.number());
    }

    private void begin(TransactionId next) {
        forget();
        id = next;
    }

    /** Whether a transaction has begun and not come to its end. */
    boolean isWithin() {
        return id != null;
    }

    /** Forgets a transaction that has not come to its end. */
    void forget() {
        id = null;
        parts.clear();
        tables.clear();
        anyTable = false;
        savepoints.clear();
        bytes = 0;
        hasEnd = false;
    }

    private void changed(String schema, String table) {
        tables.add((schema + "." + table).toLowerCase(Locale.ROOT));
    }

    private void rows(RowsEvent rows) {
        TableMapEvent table = rows.table();
        changed(table.schema(), table.table());
        if (!audience.wants(table.schema(), table.table())) {
            return;
        }
        bytes += rows.rowBytes().length();
        if (bytes <= limitBytes) {
            parts.add(new LoggedTransaction.Rows(rows));
        } else {
            parts.removeIf(part -> part instanceof LoggedTransaction.Rows kept
                    && kept.event().table().schema().equals(table.schema())
                    && kept.event().table().table().equals(table.table()));
            var untold = new LoggedTransaction.Untold(
                    table.schema(),
                    table.table(),
                    "A transaction changed more bytes than changes.transaction_bytes allows, " + limitBytes);
            if (!parts.contains(untold)) {
                parts.add(untold);
            }
        }
    }

    private void statement(QueryEvent query) {
        var statement = LogStatement.of(query.statementText());
        anyTable |= switch (statement.kind()) {
            case XA_COMMIT, CHANGE, CREATE_WITH_ROWS, OTHER -> true;
            case BEGIN, COMMIT, ROLLBACK, SAVEPOINT, ROLLBACK_TO, TRUNCATE -> false;
        };
        switch (statement.kind()) {
            case BEGIN -> hasEnd = true;
            case COMMIT -> commit();
            case ROLLBACK -> {
                parts.clear();
                tables.clear();
                commit();
            }
            case SAVEPOINT -> savepoints.put(statement.name(), parts.size());
            case ROLLBACK_TO -> {
                int kept = savepoints.getOrDefault(statement.name(), parts.size());
                parts.subList(Math.min(kept, parts.size()), parts.size()).clear();
            }
            case XA_COMMIT ->
                alone(new LoggedTransaction.Untold(
                        null,
                        null,
                        "A transaction was committed in two phases (XA), whose rows the log has elsewhere"));
            case TRUNCATE -> {
                var schema = statement.schema() == null ? query.schema() : statement.schema();
                changed(schema, statement.name());
                alone(
                        audience.wants(schema, statement.name())
                                ? new LoggedTransaction.Truncated(schema, statement.name())
                                : null);
            }
            case CHANGE ->
                inBetween(new LoggedTransaction.Untold(
                        null,
                        null,
                        "A change was logged by its statement, without its rows (binlog_format is not ROW)"));
            case CREATE_WITH_ROWS -> hasEnd = true;
            case OTHER -> inBetween(null);
        }
    }

    /** A statement that is a transaction by itself. */
    private void alone(LoggedTransaction.Part part) {
        if (part != null) {
            parts.add(part);
        }
        commit();
    }

    /** A statement that is a transaction by itself, or one of several within BEGIN and COMMIT. */
    private void inBetween(LoggedTransaction.Part part) {
        if (part != null) {
            parts.add(part);
        }
        if (!hasEnd) {
            commit();
        }
    }

    private void commit() {
        var transaction = id == null
                ? null
                : new LoggedTransaction(id, seconds, List.copyOf(parts), anyTable ? null : Set.copyOf(tables));
        forget();
        if (transaction != null) {
            committed.accept(transaction);
        }
    }
}
