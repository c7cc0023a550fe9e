// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.protocol.session.SessionTrackFilter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a server tells of a session's changes: the values of {@code session_track_schema} and its kin. A client hears what its own
 * settings let pass, whatever the gateway hears. An immutable value.
 *
 * @param variables the system variables whose values are told, in lower case; {@code *} stands for all
 * @param schema the current schema is told
 * @param stateChange it is told that something has changed
 * @param transactions what is told of transactions
 * @param gtids the transactions of the session are told
 */
public record TrackingSettings(
        Set<String> variables, boolean schema, boolean stateChange, Transactions transactions, boolean gtids)
        implements SessionTrackFilter {
    /**
     * Has a connection tell all of it, without which the gateway would not know what its sessions leave there. MariaDB takes
     * variables that share their place (bits of one word; a character set and its collation) for each other, and tells of each by the
     * name that it was asked for first: by the one that clients ask for.
     */
    public static final String OF_CONNECTIONS =
            "SET SESSION session_track_system_variables=/*M!100001 'autocommit,character_set_client,"
                    + "character_set_connection,character_set_results,time_zone,*' *//*!50706 '*' */,"
                    + " session_track_state_change=1, session_track_schema=1,"
                    + " session_track_transaction_info='CHARACTERISTICS'";

    /** The same for the names of written transactions; MariaDB tells them by a variable, which is among all. */
    public static final String OF_CONNECTIONS_THAT_WRITE = "/*!50706 , session_track_gtids='OWN_GTID' */";

    /** With what each variable's name begins. */
    public static final String PREFIX = "session_track_";

    /** The setting that cannot be changed in a transaction, without {@link #PREFIX}. */
    static final String GTIDS_NAME = "gtids";

    /** Of a client that did not ask for any of it. */
    public static final TrackingSettings NONE = new TrackingSettings(Set.of(), false, false, Transactions.NONE, false);

    /** What a server does unless told otherwise. */
    public static final TrackingSettings DEFAULT = new TrackingSettings(
            Set.of(
                    "autocommit",
                    "character_set_client",
                    "character_set_connection",
                    "character_set_results",
                    "time_zone"),
            true,
            false,
            Transactions.NONE,
            false);

    private static final String ALL = "*";

    /** MariaDB knows some by two names, and tells of one when all are asked for. */
    private static final Map<String, String> OTHER_NAMES =
            Map.of("transaction_isolation", "tx_isolation", "transaction_read_only", "tx_read_only");

    private static final int SCHEMA = 1;
    private static final int STATE_CHANGE = 2;
    private static final int GTIDS = 3;
    private static final int CHARACTERISTICS = 4;
    private static final int TRANSACTION_STATE = 5;

    /** What is told of transactions. */
    public enum Transactions {
        /** Nothing. */
        NONE,
        /** What the open one has done. */
        STATE,
        /** That, and how it could be begun again. */
        CHARACTERISTICS
    }

    /** Copies the set. */
    public TrackingSettings {
        variables = Set.copyOf(variables);
    }

    /**
     * The question whose answer {@link #parse} reads.
     *
     * @param scope {@code session} or {@code global}
     * @return an expression of SQL that both families understand
     */
    public static String question(String scope) {
        String variable = "@@" + scope + "." + PREFIX;
        return text(
                variable + "schema",
                variable + "state_change",
                variable + "transaction_info",
                "/*M!100001 'OFF' *//*!50706 " + variable + "gtids */",
                variable + "system_variables");
    }

    /**
     * The same question for some of the settings, with the answers that are known for the others.
     *
     * @param asked which, without {@link #PREFIX}
     * @return an expression for the session's values
     */
    public String question(Set<String> asked) {
        return text(
                asked(asked, "schema"),
                asked(asked, "state_change"),
                asked(asked, "transaction_info"),
                asked(asked, "gtids"),
                asked(asked, "system_variables"));
    }

    private String asked(Set<String> asked, String name) {
        return asked.contains(name) ? "@@session." + PREFIX + name : known(name);
    }

    private static String text(String... values) {
        return "CONCAT_WS('|', " + String.join(", ", values) + ")";
    }

    /**
     * Reads the answer to {@link #question}.
     *
     * @param answer as the server gave it
     * @return what it says
     */
    public static TrackingSettings parse(String answer) {
        String[] values = answer.toLowerCase(Locale.ROOT).split("\\|", 5);
        boolean stateChange = isOn(values[1]);
        var transactions =
                values[2].equals("off") ? Transactions.NONE : Transactions.valueOf(values[2].toUpperCase(Locale.ROOT));
        String list = values.length < 5 ? "" : values[4].replace(" ", "");
        return new TrackingSettings(
                list.isEmpty() ? Set.of() : new HashSet<>(List.of(list.split(",+"))),
                isOn(values[0]),
                stateChange,
                transactions,
                !values[3].equals("off"));
    }

    private static boolean isOn(String value) {
        return value.equals("1") || value.equals("on");
    }

    /**
     * The statement that gives a connection some of these settings.
     *
     * @param names which, without {@link #PREFIX}; at least one
     * @return SQL text
     */
    public String setting(Set<String> names) {
        return names.stream()
                .sorted()
                .map(name -> PREFIX + name + " = " + known(name))
                .collect(Collectors.joining(", ", "SET SESSION ", ""));
    }

    /**
     * These settings, with some of which everything is told.
     *
     * @param names which, without {@link #PREFIX}
     * @return what passes where a connection has those itself
     */
    public TrackingSettings passing(Set<String> names) {
        return new TrackingSettings(
                names.contains("system_variables") ? Set.of(ALL) : variables,
                schema || names.contains("schema"),
                stateChange || names.contains("state_change"),
                names.contains("transaction_info") ? Transactions.CHARACTERISTICS : transactions,
                gtids || names.contains("gtids"));
    }

    /** A setting's value as SQL text. */
    private String known(String name) {
        return switch (name) {
            case "schema" -> schema ? "1" : "0";
            case "state_change" -> stateChange ? "1" : "0";
            case "transaction_info" -> transactions == Transactions.NONE ? "'OFF'" : "'" + transactions + "'";
            case "gtids" -> gtids ? "'OWN_GTID'" : "'OFF'";
            case "system_variables" -> "'" + String.join(",", variables) + "'";
            default -> "DEFAULT";
        };
    }

    @Override
    public boolean passesVariable(String name) {
        return variables.contains(ALL)
                || variables.contains(name)
                || variables.contains(OTHER_NAMES.getOrDefault(name, name));
    }

    @Override
    public boolean passesType(int type) {
        return switch (type) {
            case SCHEMA -> schema;
            case STATE_CHANGE -> stateChange;
            case GTIDS -> gtids;
            case CHARACTERISTICS -> transactions == Transactions.CHARACTERISTICS;
            case TRANSACTION_STATE -> transactions != Transactions.NONE;
            default -> false;
        };
    }
}
