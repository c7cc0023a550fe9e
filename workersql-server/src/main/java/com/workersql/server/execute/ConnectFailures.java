// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.FailureClass;
import com.workersql.breaker.classify.FailureClassifier;
import com.workersql.breaker.classify.TransportFailure;
import com.workersql.breaker.endpoint.Gate;
import com.workersql.breaker.endpoint.Role;
import com.workersql.pool.BackendUnavailableException;
import com.workersql.pool.BackendUnavailableException.Reason;

/** What a connection that could not be opened says about its server, in the breaker's terms. */
public final class ConnectFailures {
    private ConnectFailures() {}

    /**
     * Classifies a failure of the pool.
     *
     * @param cause why there is no connection
     * @param role what the server was taken for
     * @return never null
     */
    public static FailureClass classify(BackendUnavailableException cause, Role role) {
        return switch (cause.reason()) {
            case NOT_TRIED -> FailureClassifier.classify(TransportFailure.REFUSED_BY_US);
            case UNRESOLVED -> FailureClassifier.classify(TransportFailure.NAME_NOT_RESOLVED);
            case REFUSED -> FailureClassifier.classify(TransportFailure.CONNECT_REFUSED);
            case TIMEOUT -> FailureClassifier.classify(TransportFailure.CONNECT_TIMED_OUT);
            case TLS -> FailureClassifier.classify(TransportFailure.TLS_FAILED);
            case HANDSHAKE -> FailureClassifier.classify(TransportFailure.HANDSHAKE_FAILED);
            case REJECTED, SETUP -> FailureClassifier.classify(Gate.CONNECT, role, cause.errno(), cause.getMessage());
        };
    }

    /**
     * Whether the server itself answered that it has no place left.
     *
     * @param cause why there is no connection
     * @return true for 1040
     */
    public static boolean isFull(BackendUnavailableException cause) {
        return cause.reason() == Reason.REJECTED && cause.errno() == 1040;
    }
}
