// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.AnswerDocument;
import com.workersql.server.http.query.QueryOutput;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.session.Script;
import com.workersql.server.http.session.ScriptRun;
import com.workersql.server.session.ClientSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/** What a stream was asked by one message, until it is answered. Confined to the socket's event loop. */
final class StreamCall extends ScriptRun {
    private final OpenStreams socket;
    private final WebSocketConnection.Parts parts;
    private final String id;
    private final String requestId;
    private CursorAnswer answer;
    private final Statements statements;
    private ClientSession session;
    private boolean started;
    private boolean answered;

    /** The statements of a call. */
    abstract static class Statements implements Script {
        private StreamCall call;
        private boolean cancelled;

        /** The call that runs them. */
        StreamCall call() {
            return call;
        }

        /** Whether the client wants no answer but that it was interrupted; nothing more is to be begun then. */
        boolean isCancelled() {
            return cancelled;
        }

        @Override
        public boolean endsSession() {
            return false;
        }
    }

    /**
     * A call that is not started.
     *
     * @param id of the message, as JSON text; null for what the gateway does by itself
     * @param refused takes the answer when the call does not start
     */
    StreamCall(
            OpenStreams socket,
            WebSocketConnection.Parts parts,
            String id,
            String requestId,
            Statements statements,
            Consumer<GatewayError> refused) {
        super(parts.sessions(), parts.limits(), statements, requestId, refused);
        this.socket = socket;
        this.parts = parts;
        this.id = id;
        this.requestId = requestId;
        this.statements = statements;
        statements.call = this;
    }

    String id() {
        return id;
    }

    @Override
    public void start(ClientSession ofStream, Runnable whenOver) {
        session = ofStream;
        started = true;
        if (answered) {
            whenOver.run();
            return;
        }
        super.start(ofStream, () -> {
            settle();
            whenOver.run();
        });
    }

    @Override
    public void refuse(GatewayError error) {
        if (!answered) {
            super.refuse(error);
            settle();
        }
    }

    private void settle() {
        answered = true;
        answer = null;
        socket.answered(this);
    }

    /** The client wants no answer but that it was interrupted. */
    void cancel() {
        statements.cancelled = true;
        if (started) {
            // What the statement was to end in good order, the statements themselves still do: a transaction is rolled
            // back.
            killed();
        } else {
            refuse(GatewayError.interrupted());
        }
    }

    /** Whether the stream has an open transaction now. */
    boolean isInTransaction() {
        return session.transaction().isOpen();
    }

    /**
     * A statement whose answer the client sees.
     *
     * @param fetch how many rows may be sent at first
     * @param failed takes the error; what goes well sends its last message by itself
     */
    Script.Step step(QueryRequest request, CursorAnswer.Heading heading, long fetch, Consumer<GatewayError> failed) {
        var next = new CursorAnswer(this, heading, request.rowsAsArrays(), fetch);
        answer = next;
        return new Script.Step(request, next::begin, new End(this::send, failed));
    }

    /** A statement of which the client sees nothing, unless it fails. */
    Script.Step step(String sql, Consumer<GatewayError> failed) {
        answer = null;
        return new Script.Step(
                QueryRequest.of(sql), AnswerDocument.Format.json(false), new End(ByteBuf::release, failed));
    }

    /** Hears of the end of a statement. */
    private final class End implements QueryOutput {
        private final Consumer<ByteBuf> done;
        private final Consumer<GatewayError> failed;

        End(Consumer<ByteBuf> done, Consumer<GatewayError> failed) {
            this.done = done;
            this.failed = failed;
        }

        @Override
        public boolean isWritable() {
            return answer == null || answer.isReading();
        }

        @Override
        public void write(ByteBuf part) {
            part.release();
        }

        @Override
        public void complete(ByteBuf last) {
            done.accept(last);
        }

        @Override
        public void fail(GatewayError error, ByteBuf tail) {
            tail.release();
            failed.accept(error);
        }

        @Override
        public void abandoned() {
            // Nobody is there to be told.
        }
    }

    @Override
    public void writable(boolean writable) {
        if (answer != null) {
            answer.flush();
        } else {
            super.writable(writable);
        }
    }

    @Override
    public void stop(GatewayError error) {
        var current = answer;
        super.stop(error);
        if (current != null) {
            current.stop(error);
        }
    }

    @Override
    public void killed() {
        var current = answer;
        super.killed();
        if (current != null) {
            current.stop(GatewayError.interrupted());
        }
    }

    @Override
    public void abandon() {
        var current = answer;
        super.abandon();
        if (current != null) {
            current.abandon();
        }
    }

    /** Whether nothing goes on before the client gives more credit. */
    boolean isWaiting() {
        return answer != null && answer.isWaiting();
    }

    void rowsWanted(boolean wanted) {
        super.writable(wanted);
    }

    void waitingChanged() {
        socket.settleReading();
    }

    long openCursor(CursorAnswer of) {
        return socket.openCursor(of);
    }

    void closeCursor(long cursor) {
        socket.closeCursor(cursor);
    }

    boolean isWritable() {
        return socket.isWritable();
    }

    void send(ByteBuf message) {
        socket.send(message);
    }

    void sendError(GatewayError error) {
        socket.send(ServerMessage.error(id, error, requestId));
    }

    /** A step of a batch has failed. */
    void sendStepError(int step, GatewayError error) {
        socket.send(step(step).json("success", "false").error(error, requestId).end());
    }

    /** A step of a batch does not run. */
    void sendSkipped(int step) {
        socket.send(step(step).json("skipped", "true").end());
    }

    private ServerMessage step(int step) {
        return ServerMessage.of("step").json("id", id).number("step", step);
    }

    /** All steps of a batch have been answered. */
    void sendBatchEnd(int steps, boolean success) {
        socket.send(ServerMessage.of("done")
                .json("id", id)
                .number("steps", steps)
                .json("success", Boolean.toString(success))
                .end());
    }

    /** Sends a message; so many bytes of the budget are given back when it has left. */
    void send(ByteBuf message, int budgetBytes) {
        socket.send(message).addListener(sent -> parts.budget().give(budgetBytes));
    }

    AnswerBudget budget() {
        return parts.budget();
    }

    EventLoop loop() {
        return socket.loop();
    }

    int unreadMillis() {
        return parts.limits().maxStatementMillis();
    }
}
