// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.query.QueryRun;
import com.workersql.server.http.query.QuerySessions;
import com.workersql.server.session.ClientSession;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/**
 * Runs the script of one request in a session, whose event loop may be another than that of the request's connection. Confined
 * to the session's event loop, but for the constructor.
 */
public final class ScriptTask extends ScriptRun {
    /**
     * A task, made on the event loop of its exchange.
     *
     * @param exchange the request; hears of the client's leaving and reading for this task from here on
     * @param sessions runs the statements
     * @param limits of each statement
     * @param script the statements
     * @param session in which they will run
     * @param refused takes the answer when the task cannot be started; on the event loop of its exchange
     */
    public ScriptTask(
            Exchange exchange,
            QuerySessions sessions,
            QueryRun.Limits limits,
            Script script,
            ClientSession session,
            Consumer<GatewayError> refused) {
        this(
                exchange,
                sessions,
                limits,
                new CrossingScript(script, exchange.channel().eventLoop()),
                session.loop(),
                refused);
    }

    private ScriptTask(
            Exchange exchange,
            QuerySessions sessions,
            QueryRun.Limits limits,
            CrossingScript script,
            EventLoop loop,
            Consumer<GatewayError> refused) {
        super(
                sessions,
                limits,
                script,
                exchange.requestId(),
                error -> onLoop(exchange.channel().eventLoop(), () -> refused.accept(error)));
        exchange.onGone(() -> onLoop(loop, this::abandon));
        exchange.onWritability(writable -> {
            script.clientReads(writable);
            onLoop(loop, () -> writable(writable));
        });
    }

    private static void onLoop(EventLoop loop, Runnable call) {
        if (loop.inEventLoop()) {
            call.run();
        } else {
            loop.execute(call);
        }
    }

    /** The same script, whose answers cross over to the event loop of their request. */
    private static final class CrossingScript implements Script {
        private final Script script;
        private final EventLoop answerLoop;
        private volatile CrossingOutput current;

        CrossingScript(Script script, EventLoop answerLoop) {
            this.script = script;
            this.answerLoop = answerLoop;
        }

        @Override
        public Step next(boolean lastFailed) {
            var step = script.next(lastFailed);
            if (step == null) {
                return null;
            }
            var crossing = new CrossingOutput(answerLoop, step.output());
            current = crossing;
            return new Step(step.request(), step.format(), crossing);
        }

        void clientReads(boolean writable) {
            var crossing = current;
            if (crossing != null) {
                crossing.writable(writable);
            }
        }

        @Override
        public void finished() {
            script.finished();
        }

        @Override
        public boolean endsSession() {
            return script.endsSession();
        }
    }
}
