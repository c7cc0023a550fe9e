// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/** What the outcome of a call says about the endpoint's health. */
public enum FailureClass {
    /** The endpoint answered as a healthy one does, be it with an error such as a duplicate key: a success. */
    NEUTRAL,
    /** The endpoint takes no new connections: a failure for the connect gate. */
    CONNECT_FAILURE,
    /** The endpoint does not answer calls: a failure for the call gate. */
    CALL_FAILURE,
    /**
     * A failure for the call gate if a fresh connection fails too, else nothing: a killed session and a server that
     * shuts down look the same from inside of one connection.
     */
    CALL_FAILURE_IF_CONNECT_FAILS,
    /** The endpoint is healthy but does not take writes any more: look for the new primary. A success for the gates. */
    ROLE_CHANGE,
    /** The endpoint answered, but only to say that the time was up: counts as a slow call, never as a failed one. */
    SLOW,
    /** Ended by the caller, which says nothing about the endpoint: the permit is given back. */
    CALLER
}
