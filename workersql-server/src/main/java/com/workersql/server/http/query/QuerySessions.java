// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.router.Explanation;
import com.workersql.router.ParameterValue;
import com.workersql.server.error.GatewayError;
import com.workersql.server.execute.ReplyTarget;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.Principal;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.function.Consumer;

/**
 * The sessions in which the statements of JSON clients run. All methods but {@link #open} are called on the session's event loop.
 */
public interface QuerySessions {
    /**
     * Opens a session.
     *
     * @param principal who it acts for
     * @param loop owns the session
     * @param clientHost where the client is
     * @return to be closed by {@link #close}
     */
    ClientSession open(Principal principal, EventLoop loop, String clientHost);

    /**
     * Opens a session in which an UPDATE counts the rows that it finds, not those that it changes.
     *
     * @param principal who it acts for
     * @param loop owns the session
     * @param clientHost where the client is
     * @return to be closed by {@link #close}
     */
    ClientSession openCountingFoundRows(Principal principal, EventLoop loop, String clientHost);

    /**
     * Whether a session holds anything that its next statement could notice: a transaction, a variable, another schema.
     *
     * @param session runs nothing at the moment
     * @return false when a new session would do as well
     */
    boolean isStateful(ClientSession session);

    /**
     * Enters a session among those that KILL finds.
     *
     * @param session the session
     * @param killed takes whether the whole session is to end and not only its statement; called on the session's event loop
     */
    void onKill(ClientSession session, Consumer<Boolean> killed);

    /**
     * Runs a statement.
     *
     * @param session runs nothing else at the moment
     * @param sql the text, with {@code ?} for each value
     * @param values bound to the placeholders; a reply with values has binary rows, one without has text rows
     * @param target takes the reply
     */
    void run(ClientSession session, String sql, List<ParameterValue> values, ReplyTarget target);

    /**
     * Says where a statement would go; runs nothing.
     *
     * @param session in which it would run
     * @param sql the text, with {@code ?} for each value
     * @param values bound to the placeholders
     * @param explained takes the explanation, on the session's event loop
     * @param failed takes the error when there is none, in the same place
     */
    void explain(
            ClientSession session,
            String sql,
            List<ParameterValue> values,
            Consumer<Explanation> explained,
            Consumer<GatewayError> failed);

    /**
     * Ends the statement that a session runs; its reply is then an error.
     *
     * @param session the session
     */
    void cancel(ClientSession session);

    /**
     * Ends a session: a running statement is killed, an open transaction rolled back.
     *
     * @param session the session; nothing happens when it was closed before
     */
    void close(ClientSession session);
}
