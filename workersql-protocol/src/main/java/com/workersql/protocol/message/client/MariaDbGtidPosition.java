// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Where a replica of MariaDB is: the last transaction of each domain, {@code 0-1-100,1-2-7}. Immutable.
 *
 * <p>MariaDB has no command of its own for it. A replica sets some variables of its session and then sends a {@link BinlogDump}
 * whose file and position do not count: {@link #setupStatements()}, {@link #dump}. Source: mariadb.com "Replication Protocol".
 *
 * @param transactions one per domain
 */
public record MariaDbGtidPosition(List<Gtid> transactions) {

    /**
     * One transaction.
     *
     * @param domain 0 to 4294967295
     * @param server 0 to 4294967295
     * @param sequence taken as unsigned
     */
    public record Gtid(long domain, long server, long sequence) {
        /** Checks the ranges. */
        public Gtid {
            if (domain >>> 32 != 0 || server >>> 32 != 0) {
                throw new IllegalArgumentException(
                        "a domain " + domain + " and a server " + server + ", allowed are 0 to 4294967295");
            }
        }

        @Override
        public String toString() {
            return domain + "-" + server + "-" + Long.toUnsignedString(sequence);
        }
    }

    /** Copies the list. */
    public MariaDbGtidPosition {
        transactions = List.copyOf(transactions);
    }

    /**
     * Reads the server's text.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static MariaDbGtidPosition parse(String text) {
        List<Gtid> transactions = new ArrayList<>();
        for (String part : text.strip().split("\\s*,\\s*", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            String[] numbers = part.split("-", -1);
            if (numbers.length != 3) {
                throw new IllegalArgumentException("'" + part + "' is no domain-server-sequence");
            }
            transactions.add(new Gtid(
                    Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseUnsignedLong(numbers[2])));
        }
        return new MariaDbGtidPosition(transactions);
    }

    /** What is to be sent by {@link Query}, one after the other, each answered by OK, before {@link #dump}. */
    public List<String> setupStatements() {
        return List.of(
                "SET @mariadb_slave_capability=4",
                "SET @slave_connect_state='" + this + "'",
                "SET @slave_gtid_strict_mode=0",
                "SET @slave_gtid_ignore_duplicates=0");
    }

    /**
     * Asks for the stream behind this position.
     *
     * @param flags {@link BinlogDump#NON_BLOCK} or 0
     * @param serverId the replica's
     */
    public static BinlogDump dump(int flags, int serverId) {
        return new BinlogDump(4, flags, serverId, "");
    }

    /** The server's text. */
    @Override
    public String toString() {
        return transactions.stream().map(Gtid::toString).collect(Collectors.joining(","));
    }
}
