// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.error;

/**
 * An error as every door renders it: a MySQL client gets an ERR packet, an HTTP client a status and a problem document, a
 * WebSocket client an error message.
 *
 * @param errno the MySQL error number, 1 to 65535
 * @param sqlState five characters
 * @param message what was found, what was allowed and which setting changes it; never a secret, never another tenant's name
 * @param errorClass decides the HTTP status
 * @param outcome what is known about the statement
 */
public record GatewayError(int errno, String sqlState, String message, ErrorClass errorClass, Outcome outcome) {
    /** What a message begins with that tells a MySQL client, whose errors have no field for it, that the outcome is unknown. */
    public static final String UNKNOWN_MARK = "[GW-OUTCOME-UNKNOWN] ";

    /**
     * An error that a shard answered, passed on as it is.
     *
     * @param errno the server's error number
     * @param sqlState the server's SQLSTATE; {@code HY000} stands in where the server sent none
     * @param message the server's text
     * @return the error; a statement that a healthy server refuses has changed nothing that it kept
     */
    public static GatewayError ofServer(int errno, String sqlState, String message) {
        return new GatewayError(
                errno,
                sqlState == null ? "HY000" : sqlState,
                message,
                ErrorClass.ofServerErrno(errno),
                Outcome.NOT_EXECUTED);
    }

    /**
     * The same error in other words.
     *
     * @param text the new message
     * @return a copy
     */
    public GatewayError withMessage(String text) {
        return new GatewayError(errno, sqlState, text, errorClass, outcome);
    }

    /**
     * The same error with another word on the statement.
     *
     * @param known what is known of the statement
     * @return a new value
     */
    public GatewayError withOutcome(Outcome known) {
        return new GatewayError(errno, sqlState, message, errorClass, known);
    }

    /**
     * A refusal by the gateway itself, before anything was sent.
     *
     * @param errno the MySQL error number
     * @param sqlState five characters
     * @param message the reason
     * @return the error, with the class that belongs to the number
     */
    public static GatewayError refused(int errno, String sqlState, String message) {
        return new GatewayError(errno, sqlState, message, ErrorClass.ofServerErrno(errno), Outcome.NOT_EXECUTED);
    }

    /**
     * A user may not use a schema, whether there is one by that name or not.
     *
     * @param user whose account it is
     * @param schema the name, as the user wrote it
     * @return 1044, in the server's words
     */
    public static GatewayError schemaDenied(String user, String schema) {
        return refused(1044, "42000", "Access denied for user '" + user + "'@'%' to database '" + schema + "'");
    }

    /**
     * A statement was ended by KILL, or because its client is gone, before it ran.
     *
     * @return 1317, in the server's words
     */
    public static GatewayError interrupted() {
        return refused(1317, "70100", "Query execution was interrupted");
    }

    /**
     * What would begin something is refused while the gateway stops.
     *
     * @return 1053
     */
    public static GatewayError draining() {
        return refused(1053, "08S01", "The gateway is shutting down; connect again");
    }

    /**
     * Nothing was sent: the breaker is open, the shard cannot be reached or has no connection left.
     *
     * @param reason what was tried
     * @return 1429 with the marker that says so to people and programs
     */
    public static GatewayError notExecuted(String reason) {
        return new GatewayError(
                1429, "HY000", "[GW-NOT-EXECUTED] " + reason, ErrorClass.UNAVAILABLE, Outcome.NOT_EXECUTED);
    }

    /**
     * The answer of a statement was lost, so that it may have taken effect. The SQLSTATE is of no class that drivers retry.
     *
     * @param reason how the answer was lost
     * @return 1105 with the marker that says so
     */
    public static GatewayError outcomeUnknown(String reason) {
        return new GatewayError(1105, "HY000", UNKNOWN_MARK + reason, ErrorClass.SHARD_DIED, Outcome.UNKNOWN);
    }

    /**
     * The shard of an open transaction was lost before COMMIT was sent, so that the server rolls it back.
     *
     * @param reason how it was lost
     * @return 3101 with SQLSTATE 40000
     */
    public static GatewayError transactionLost(String reason) {
        return new GatewayError(
                3101,
                "40000",
                "The transaction has been rolled back: " + reason,
                ErrorClass.SHARD_DIED,
                Outcome.NOT_EXECUTED);
    }

    /**
     * Rows were already on their way to the client when the shard was lost.
     *
     * @param reason how it was lost
     * @return 1158
     */
    public static GatewayError lostWhileStreaming(String reason) {
        return new GatewayError(
                1158, "08S01", "The result is incomplete: " + reason, ErrorClass.SHARD_DIED, Outcome.EXECUTED);
    }

    /**
     * A fault of the gateway itself; what happened is in its log under the same id.
     *
     * @param incident an opaque id
     * @return 1105
     */
    public static GatewayError internal(String incident) {
        return new GatewayError(
                1105, "HY000", "[GW-INTERNAL] incident " + incident, ErrorClass.INTERNAL, Outcome.UNKNOWN);
    }
}
