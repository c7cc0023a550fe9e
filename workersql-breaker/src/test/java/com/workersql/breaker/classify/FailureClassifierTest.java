// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.classify;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.breaker.FailureClass;
import com.workersql.breaker.endpoint.Gate;
import com.workersql.breaker.endpoint.Role;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailureClassifierTest {
    private static final Set<Integer> SERVER_ERRORS_THAT_COUNT_AT_CONNECT =
            Set.of(1040, 1043, 1053, 1129, 1135, 3032, 3168);
    private static final Set<Integer> SERVER_ERRORS_NOT_NEUTRAL_IN_A_CALL =
            Set.of(1053, 1152, 1184, 1290, 1836, 1927, 1969, 3024, 3032, 3168, 3169);

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CONNECT | PRIMARY | 1040 | Too many connections                                        | CONNECT_FAILURE
            CONNECT | REPLICA | 1129 | Host '10.0.0.1' is blocked because of many connection errors | CONNECT_FAILURE
            CONNECT | PRIMARY | 1053 | Server shutdown in progress                                 | CONNECT_FAILURE
            CONNECT | PRIMARY | 1045 | Access denied for user 'a'@'b' (using password: YES)        | NEUTRAL
            CONNECT | PRIMARY | 1130 | Host '10.0.0.1' is not allowed to connect to this server    | NEUTRAL
            CONNECT | PRIMARY | 1203 | User a already has more than 'max_user_connections'         | NEUTRAL
            CONNECT | PRIMARY | 1226 | User 'a' has exceeded the 'max_queries_per_hour' resource   | NEUTRAL
            CONNECT | PRIMARY | 1820 | You must SET PASSWORD before executing this statement       | NEUTRAL
            CONNECT | PRIMARY | 1862 | Your password has expired                                   | NEUTRAL
            CALL    | PRIMARY | 1047 | WSREP has not yet prepared node for application use         | CALL_FAILURE
            CALL    | PRIMARY | 1047 | Unknown command                                             | NEUTRAL
            CALL    | PRIMARY | 1047 |                                                             | NEUTRAL
            CALL    | PRIMARY | 1053 | Server shutdown in progress                                 | CALL_FAILURE_IF_CONNECT_FAILS
            CALL    | REPLICA | 1927 | Connection was killed                                       | CALL_FAILURE_IF_CONNECT_FAILS
            CALL    | PRIMARY | 1290 | The MySQL server is running with the --read-only option so it cannot execute this statement | ROLE_CHANGE
            CALL    | PRIMARY | 1290 | The MySQL server is running with the --super-read-only option so it cannot execute this statement | ROLE_CHANGE
            CALL    | PRIMARY | 1290 | The MySQL server is running with the --secure-file-priv option so it cannot execute this statement | NEUTRAL
            CALL    | PRIMARY | 1290 | The MySQL server is running with the --skip-grant-tables option so it cannot execute this statement | NEUTRAL
            CALL    | PRIMARY | 1290 |                                                             | ROLE_CHANGE
            CALL    | REPLICA | 1290 | The MySQL server is running with the --read-only option so it cannot execute this statement | NEUTRAL
            CALL    | PRIMARY | 1836 | Running in read-only mode                                   | ROLE_CHANGE
            CALL    | REPLICA | 1836 | Running in read-only mode                                   | NEUTRAL
            CALL    | PRIMARY | 3024 | Query execution was interrupted, maximum statement execution time exceeded | SLOW
            CALL    | PRIMARY | 1969 | Query execution was interrupted (max_statement_time exceeded) | SLOW
            CALL    | PRIMARY | 1040 | Too many connections                                        | NEUTRAL
            CALL    | PRIMARY | 1062 | Duplicate entry '1' for key 'PRIMARY'                       | NEUTRAL
            CALL    | PRIMARY | 1205 | Lock wait timeout exceeded; try restarting transaction      | NEUTRAL
            CALL    | PRIMARY | 1213 | Deadlock found when trying to get lock                      | NEUTRAL
            CALL    | PRIMARY | 1317 | Query execution was interrupted                             | NEUTRAL
            CALL    | PRIMARY | 1792 | Cannot execute statement in a READ ONLY transaction         | NEUTRAL
            CALL    | PRIMARY | 4031 | The client was disconnected by the server because of inactivity | NEUTRAL
            CALL    | PRIMARY | 2013 | Lost connection to server during query                      | CALL_FAILURE
            """)
    void followsTheTable(Gate gate, Role role, int errno, String message, FailureClass expected) {
        assertThat(FailureClassifier.classify(gate, role, errno, message)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void everyOtherServerErrorIsTheAnswerOfAHealthyServer(Role role) {
        for (int errno = -1; errno <= 70_000; errno++) {
            if (errno >= 2_000 && errno < 3_000) {
                continue;
            }
            FailureClass atConnect = FailureClassifier.classify(Gate.CONNECT, role, errno, null);
            FailureClass inCall = FailureClassifier.classify(Gate.CALL, role, errno, null);

            assertThat(atConnect)
                    .as("%d at connect", errno)
                    .isEqualTo(
                            SERVER_ERRORS_THAT_COUNT_AT_CONNECT.contains(errno)
                                    ? FailureClass.CONNECT_FAILURE
                                    : FailureClass.NEUTRAL);
            if (!SERVER_ERRORS_NOT_NEUTRAL_IN_A_CALL.contains(errno)) {
                assertThat(inCall).as("%d in a call", errno).isEqualTo(FailureClass.NEUTRAL);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 2_999, 65_535, Integer.MAX_VALUE})
    void isTotal(int errno) {
        assertThat(FailureClassifier.classify(Gate.CALL, Role.PRIMARY, errno, null))
                .isEqualTo(FailureClass.NEUTRAL);
    }

    @ParameterizedTest
    @CsvSource({
        "NAME_NOT_RESOLVED, CONNECT_FAILURE",
        "CONNECT_REFUSED, CONNECT_FAILURE",
        "CONNECT_TIMED_OUT, CONNECT_FAILURE",
        "TLS_FAILED, CONNECT_FAILURE",
        "HANDSHAKE_FAILED, CONNECT_FAILURE",
        "STREAM_BROKEN, CALL_FAILURE",
        "MALFORMED_REPLY, CALL_FAILURE",
        "CALL_TIMED_OUT, CALL_FAILURE",
        "CANCELLED_BY_CALLER, CALLER",
        "REFUSED_BY_US, CALLER"
    })
    void classifiesWhatTheNetworkDid(TransportFailure failure, FailureClass expected) {
        assertThat(FailureClassifier.classify(failure)).isEqualTo(expected);
    }

    @Test
    void aKilledSessionAndAnUnknownCommandProveNothing() {
        assertThat(FailureClassifier.provesNotExecuted(Gate.CALL, 1053, "Server shutdown in progress"))
                .isFalse();
        assertThat(FailureClassifier.provesNotExecuted(Gate.CALL, 1047, "WSREP has not yet prepared node"))
                .isFalse();
        assertThat(FailureClassifier.provesNotExecuted(Gate.CALL, 1927, "Connection was killed"))
                .isFalse();
        assertThat(FailureClassifier.provesNotExecuted(Gate.CALL, 1290, null)).isFalse();
    }

    @Test
    void aRefusalBeforeRunningIsAProof() {
        assertThat(FailureClassifier.provesNotExecuted(Gate.CONNECT, 1040, null))
                .isTrue();
        assertThat(FailureClassifier.provesNotExecuted(
                        Gate.CALL, 1290, "The MariaDB server is running with the --read-only option so it cannot"))
                .isTrue();
        assertThat(FailureClassifier.provesNotExecuted(Gate.CALL, 1792, null)).isTrue();
    }
}
