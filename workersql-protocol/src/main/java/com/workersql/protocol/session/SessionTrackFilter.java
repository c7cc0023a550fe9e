// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

/**
 * Says which changes of the session's state a client gets to know: those that it asked for by {@code session_track_system_variables},
 * {@code session_track_schema} and so on, which may be fewer than a proxy asked for itself.
 */
public interface SessionTrackFilter {
    /** Lets everything pass. */
    SessionTrackFilter ALL = new SessionTrackFilter() {
        @Override
        public boolean passesVariable(String name) {
            return true;
        }

        @Override
        public boolean passesType(int type) {
            return true;
        }
    };

    /** Lets nothing pass. */
    SessionTrackFilter NONE = new SessionTrackFilter() {
        @Override
        public boolean passesVariable(String name) {
            return false;
        }

        @Override
        public boolean passesType(int type) {
            return false;
        }
    };

    /**
     * A system variable has a new value.
     *
     * @param name as the server writes it
     */
    boolean passesVariable(String name);

    /**
     * Something else has changed.
     *
     * @param type 1 for the schema, 2 that something changed, 3 for GTIDs, 4 and 5 for the transaction, others as yet unknown
     */
    boolean passesType(int type);
}
