// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.QueryOutput;
import com.workersql.server.http.query.QueryRun;
import com.workersql.server.http.query.QuerySessions;
import com.workersql.server.http.query.SessionTask;
import com.workersql.server.session.ClientSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;

/** Runs the statements of a script in a session, one after another. Confined to the session's event loop, but for the constructor. */
public class ScriptRun implements SessionTask {
    private final QuerySessions sessions;
    private final QueryRun.Limits limits;
    private final Script script;
    private final String requestId;
    private final Consumer<GatewayError> refused;
    private ClientSession session;
    private Runnable over;
    private QueryRun run;
    private boolean lastFailed;
    private boolean gone;
    private boolean lostSession;
    private boolean ended;
    private boolean advancing;
    private boolean again;
    private GatewayError stopError;

    /**
     * A run that is not started.
     *
     * @param sessions runs the statements
     * @param limits of each statement
     * @param script the statements
     * @param requestId part of the answers
     * @param refused takes the answer when the run cannot be started
     */
    public ScriptRun(
            QuerySessions sessions,
            QueryRun.Limits limits,
            Script script,
            String requestId,
            Consumer<GatewayError> refused) {
        this.sessions = sessions;
        this.limits = limits;
        this.script = script;
        this.requestId = requestId;
        this.refused = refused;
    }

    @Override
    public void start(ClientSession ofQueue, Runnable whenOver) {
        session = ofQueue;
        over = whenOver;
        advance();
    }

    /** Goes on with the next statement; one that is over at once does not make the stack deeper. */
    private void advance() {
        again = true;
        if (advancing) {
            return;
        }
        advancing = true;
        while (again) {
            again = false;
            step();
        }
        advancing = false;
    }

    private void step() {
        var step = gone || ended ? null : script.next(lastFailed);
        if (step == null) {
            end();
            return;
        }
        if (stopError != null || lostSession) {
            // The session can run nothing more, but whoever wrote the script waits for every answer.
            var error = stopError != null ? stopError : GatewayError.transactionLost("its connection was given up");
            new Watched(step.output()).fail(error, Unpooled.EMPTY_BUFFER);
            return;
        }
        run = new QueryRun(
                sessions, session, step.request(), step.format(), new Watched(step.output()), limits, requestId);
        run.start();
    }

    private void end() {
        if (!ended) {
            ended = true;
            run = null;
            if (!gone) {
                script.finished();
            }
            over.run();
        }
    }

    @Override
    public void refuse(GatewayError error) {
        refused.accept(error);
    }

    @Override
    public void writable(boolean writable) {
        if (run != null) {
            run.writable(writable);
        }
    }

    @Override
    public void stop(GatewayError error) {
        stopError = error;
        if (run != null) {
            run.stop(error);
        }
    }

    @Override
    public void killed() {
        if (run != null) {
            run.killed();
        }
    }

    @Override
    public void abandon() {
        gone = true;
        if (run != null) {
            run.abandon();
        }
    }

    @Override
    public boolean hasLostSession() {
        return lostSession;
    }

    @Override
    public boolean endsSession() {
        return script.endsSession();
    }

    /** Notices how each statement ends. */
    private final class Watched implements QueryOutput {
        private final QueryOutput output;

        Watched(QueryOutput output) {
            this.output = output;
        }

        @Override
        public boolean isWritable() {
            return output.isWritable();
        }

        @Override
        public void write(ByteBuf part) {
            output.write(part);
        }

        @Override
        public void complete(ByteBuf last) {
            lastFailed = false;
            output.complete(last);
            advance();
        }

        @Override
        public void fail(GatewayError error, ByteBuf tail) {
            lastFailed = true;
            lostSession |= run != null && run.hasLostSession();
            output.fail(error, tail);
            advance();
        }

        @Override
        public void abandoned() {
            lostSession = true;
            output.abandoned();
            advance();
        }
    }
}
