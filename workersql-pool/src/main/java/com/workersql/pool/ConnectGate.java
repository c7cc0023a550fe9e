// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/**
 * Says whether a connection may be opened, and hears what became of it: where a circuit breaker comes in. Called on any thread, several
 * at a time: an implementation is thread-safe, quick, and never blocks.
 */
@FunctionalInterface
public interface ConnectGate {
    /** Lets everybody through. */
    ConnectGate OPEN = endpoint -> Pass.UNHEARD;

    /**
     * Asks to open one connection, right before that is done.
     *
     * @param endpoint the server
     * @return a pass that will be answered once; null: no connection may be opened now
     */
    Pass tryPass(Endpoint endpoint);

    /** The right to open one connection. Exactly one method is called, once; what it throws is dropped. */
    interface Pass {
        /** One that takes no note. */
        Pass UNHEARD = new Pass() {};

        /**
         * The connection is ready: connected, logged in, set up.
         *
         * @param nanos how long that took
         */
        default void opened(long nanos) {}

        /**
         * The connection could not be opened.
         *
         * @param cause says how far it came
         */
        default void failed(BackendUnavailableException cause) {}

        /** No connection was opened after all: whoever it was for gave up, or there is no place for it any more. */
        default void unused() {}
    }
}
