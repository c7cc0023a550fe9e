// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;

/** One thing that a {@link SessionQueue} runs. All calls come on the session's event loop. */
public interface SessionTask {
    /**
     * Runs.
     *
     * @param session runs nothing else meanwhile
     * @param whenOver to be called once, behind the answer
     */
    void start(ClientSession session, Runnable whenOver);

    /**
     * Answers by an error without having run.
     *
     * @param error why
     */
    void refuse(GatewayError error);

    /**
     * The client reads slowly, or reads again.
     *
     * @param writable whether more is wanted
     */
    void writable(boolean writable);

    /**
     * Ends what was started; its answer is then the error.
     *
     * @param error why
     */
    void stop(GatewayError error);

    /** Somebody ended what was started by KILL. */
    void killed();

    /** The client is gone: nobody waits for an answer. */
    void abandon();

    /**
     * Whether the session must be closed, since what was started may still run in it.
     *
     * @return asked when the task is over
     */
    boolean hasLostSession();

    /**
     * Whether the client is done with the session.
     *
     * @return asked when the task is over
     */
    boolean endsSession();
}
