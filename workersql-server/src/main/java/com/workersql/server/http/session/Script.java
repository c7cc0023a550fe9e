// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.http.query.AnswerDocument;
import com.workersql.server.http.query.QueryOutput;
import com.workersql.server.http.query.QueryRequest;
import java.util.function.BooleanSupplier;

/** The statements of one request, which run one after another in one session. All calls come on the session's event loop. */
public interface Script {
    /**
     * A statement.
     *
     * @param request what to run
     * @param format what its answer looks like
     * @param output takes the answer, on the event loop of the request
     */
    record Step(QueryRequest request, AnswerDocument.Format format, QueryOutput output) {}

    /**
     * The next statement.
     *
     * @param lastFailed whether the one before has failed; false at first
     * @return null when there is none any more; nothing is asked then but the two methods below
     */
    Step next(boolean lastFailed);

    /** All statements are over, and the client still waits. */
    default void finished() {}

    /**
     * Whether the client is done with the session.
     *
     * @return asked when there is no next statement
     */
    boolean endsSession();

    /**
     * A script of one statement.
     *
     * @param step the statement
     * @param endsSession asked when it is over
     * @return used once
     */
    static Script of(Step step, BooleanSupplier endsSession) {
        return new Script() {
            private Step left = step;

            @Override
            public Step next(boolean lastFailed) {
                var next = left;
                left = null;
                return next;
            }

            @Override
            public boolean endsSession() {
                return endsSession.getAsBoolean();
            }
        };
    }
}
