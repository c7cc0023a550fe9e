// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.classify;

/** A failure without an error packet: what the network, TLS or the caller did. */
public enum TransportFailure {
    /** The name could not be resolved. */
    NAME_NOT_RESOLVED,
    /** The endpoint refused the connection. */
    CONNECT_REFUSED,
    /** No connection within the time allowed, or no way to the endpoint. */
    CONNECT_TIMED_OUT,
    /** The TLS handshake failed, or the certificate was not accepted. */
    TLS_FAILED,
    /** The stream ended, broke or was garbage before the MySQL handshake was complete, or the time for it was up. */
    HANDSHAKE_FAILED,
    /** The stream ended or broke while a reply was awaited. */
    STREAM_BROKEN,
    /** The reply was not what the protocol allows. */
    MALFORMED_REPLY,
    /** No reply within the time allowed, by our clock and not by the server's. */
    CALL_TIMED_OUT,
    /** The caller went away or took the call back. */
    CANCELLED_BY_CALLER,
    /** Refused on our side, by a limit or a permission of our own, before anything was sent. */
    REFUSED_BY_US
}
