// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.classify;

import com.workersql.breaker.FailureClass;
import com.workersql.breaker.endpoint.Gate;
import com.workersql.breaker.endpoint.Role;
import java.util.Locale;

/**
 * Classifies failures of MySQL and MariaDB servers. Total: an error number that the table does not name is the answer of
 * a healthy server, which never counts.
 *
 * <p>Numbers are those of MySQL's message list ({@code mysqld_error.h}), MariaDB's ({@code sql/share/errmsg-utf8.txt},
 * from 1900) and the client libraries' ({@code errmsg.h}, 2000 to 2999, which no server sends). Pure functions: safe for
 * use by any number of threads, no allocation unless a message must be looked into.
 */
public final class FailureClassifier {
    private FailureClassifier() {}

    /**
     * Classifies an error packet.
     *
     * @param gate {@code CONNECT} for an error in place of a greeting or in answer to a handshake, {@code CALL} for one
     *     in answer to a command; not null
     * @param role what the endpoint was taken for, not null
     * @param errno the error number, any value
     * @param message the error's text, or null if it is not known; only 1047 and 1290 depend on it
     * @return never null
     */
    public static FailureClass classify(Gate gate, Role role, int errno, String message) {
        return gate == Gate.CONNECT ? classifyAtConnect(errno) : classifyCall(role, errno, message);
    }

    private static FailureClass classifyAtConnect(int errno) {
        return switch (errno) {
            case 1040, // ER_CON_COUNT_ERROR: max_connections reached
                    1043, // ER_HANDSHAKE_ERROR
                    1053, // ER_SERVER_SHUTDOWN; there is no session yet that a KILL could have ended
                    1129, // ER_HOST_IS_BLOCKED: too many connection errors
                    1135, // ER_CANT_CREATE_THREAD
                    3032, // ER_SERVER_OFFLINE_MODE
                    3168, // ER_SERVER_ISNT_AVAILABLE
                    2002, // CR_CONNECTION_ERROR
                    2003, // CR_CONN_HOST_ERROR
                    2005, // CR_UNKNOWN_HOST
                    2006, // CR_SERVER_GONE_ERROR
                    2012, // CR_SERVER_HANDSHAKE_ERR
                    2013, // CR_SERVER_LOST
                    2026, // CR_SSL_CONNECTION_ERROR
                    2027, // CR_MALFORMED_PACKET
                    2055 // CR_SERVER_LOST_EXTENDED
            -> FailureClass.CONNECT_FAILURE;
            default -> FailureClass.NEUTRAL;
        };
    }

    private static FailureClass classifyCall(Role role, int errno, String message) {
        return switch (errno) {
            case 1047 -> // ER_UNKNOWN_COM_ERROR: an unknown command, or a Galera node that has lost its cluster
                contains(message, "wsrep") ? FailureClass.CALL_FAILURE : FailureClass.NEUTRAL;
            case 1053, // ER_SERVER_SHUTDOWN: also what a statement gets whose session is killed
                    1152, // ER_ABORTING_CONNECTION
                    1184, // ER_NEW_ABORTING_CONNECTION
                    1927, // ER_CONNECTION_KILLED (MariaDB)
                    3032, // ER_SERVER_OFFLINE_MODE: ends sessions, but only those without a privilege
                    3168, // ER_SERVER_ISNT_AVAILABLE
                    3169 // ER_SESSION_WAS_KILLED
            -> FailureClass.CALL_FAILURE_IF_CONNECT_FAILS;
            case 1290, 1836 -> // ER_OPTION_PREVENTS_STATEMENT, ER_READ_ONLY_MODE
                role == Role.PRIMARY && saysReadOnly(errno, message) ? FailureClass.ROLE_CHANGE : FailureClass.NEUTRAL;
            case 1969, // ER_STATEMENT_TIMEOUT (MariaDB: max_statement_time)
                    3024 // ER_QUERY_TIMEOUT (MySQL: max_execution_time)
            -> FailureClass.SLOW;
            case 2006, // CR_SERVER_GONE_ERROR
                    2013, // CR_SERVER_LOST
                    2027, // CR_MALFORMED_PACKET
                    2055 // CR_SERVER_LOST_EXTENDED
            -> FailureClass.CALL_FAILURE;
            default -> FailureClass.NEUTRAL;
        };
    }

    /**
     * Classifies a failure without an error packet.
     *
     * @param failure not null
     * @return never null
     */
    public static FailureClass classify(TransportFailure failure) {
        return switch (failure) {
            case NAME_NOT_RESOLVED, CONNECT_REFUSED, CONNECT_TIMED_OUT, TLS_FAILED, HANDSHAKE_FAILED ->
                FailureClass.CONNECT_FAILURE;
            case STREAM_BROKEN, MALFORMED_REPLY, CALL_TIMED_OUT -> FailureClass.CALL_FAILURE;
            case CANCELLED_BY_CALLER, REFUSED_BY_US -> FailureClass.CALLER;
        };
    }

    /**
     * Whether an error packet proves that the statement did not run, so that it may be sent again. Says no for 1047 and
     * 1053, which a session that is killed in the middle of a statement may get as well.
     *
     * @param gate when the error came, not null; at connect nothing of a statement was sent
     * @param errno the error number, any value
     * @param message the error's text, or null if it is not known
     * @return true only with proof
     */
    public static boolean provesNotExecuted(Gate gate, int errno, String message) {
        if (gate == Gate.CONNECT) {
            return true;
        }
        return switch (errno) {
            // Without the text it may be another option's doing, and some of those act in the middle of a statement.
            case 1290 -> message != null && saysReadOnly(errno, message);
            case 1792 -> true; // ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
            default -> false;
        };
    }

    /**
     * 1290 names the option that stands in the way, and that may be --secure-file-priv or --skip-grant-tables too. Option
     * names are the same in all languages of the server's messages.
     */
    private static boolean saysReadOnly(int errno, String message) {
        return errno != 1290 || message == null || contains(message, "read-only") || contains(message, "read_only");
    }

    private static boolean contains(String message, String lowerCaseText) {
        return message != null && message.toLowerCase(Locale.ROOT).contains(lowerCaseText);
    }
}
