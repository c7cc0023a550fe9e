// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.Placeholders;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.SessionQueue;
import com.workersql.server.session.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The streams of one socket of {@code workersql.v1}, what they were asked and have not answered, and the cursors of their answers.
 * Confined to the socket's event loop.
 */
final class OpenStreams {
    private final WebSocketConnection socket;
    private final WebSocketConnection.Parts parts;
    private final EventLoop loop;
    private final String clientHost;
    private final String requestId;
    private final Supplier<Principal> principal;
    private final BooleanSupplier held;
    private final Map<Integer, SqlStream> streams = new HashMap<>();
    private final Map<String, StreamCall> unanswered = new LinkedHashMap<>();
    private final Map<Long, CursorAnswer> cursors = new HashMap<>();
    private final PreparedTexts prepared;
    private long lastCursor;
    private long callCount;
    private boolean closed;

    /**
     * @param principal for whom streams that are opened speak
     * @param held whether messages are to wait for another reason than requests without an answer
     */
    OpenStreams(
            WebSocketConnection socket,
            WebSocketConnection.Parts parts,
            EventLoop loop,
            String clientHost,
            String requestId,
            Supplier<Principal> principal,
            BooleanSupplier held) {
        this.socket = socket;
        this.parts = parts;
        this.loop = loop;
        this.clientHost = clientHost;
        this.requestId = requestId;
        this.principal = principal;
        this.held = held;
        this.prepared = new PreparedTexts(
                parts.settings().maxStatements(), parts.settings().maxMessageBytes());
    }

    /** An id for what the client asks next, for answers and logs. */
    String nextRequestId() {
        return requestId + "-" + ++callCount;
    }

    /** Whether a request of this id has no answer yet. */
    boolean isUnanswered(String id) {
        return unanswered.containsKey(id);
    }

    void cancel(String id) {
        var call = unanswered.get(id);
        if (call != null) {
            call.cancel();
        }
    }

    void refuseWhileDraining(boolean isNew) throws Refusal {
        if (socket.isDraining() && isNew) {
            throw new Refusal(GatewayError.draining());
        }
    }

    void open(ClientMessage.Open open) {
        int number = open.stream();
        if (streams.containsKey(number)) {
            socket.close(CloseCodes.DUPLICATE, "Stream " + number + " is open");
            return;
        }
        try {
            refuseWhileDraining(true);
            if (open.fault() != null) {
                throw new Refusal(open.fault());
            }
            if (streams.size() >= parts.settings().maxStreams()) {
                throw new Refusal(GatewayError.refused(
                        1226,
                        "42000",
                        "This socket has " + streams.size() + " streams, which is all it may have (max_streams)"));
            }
            opened(open, new SqlStream(open, queue()));
        } catch (Refusal e) {
            sendStreamError(number, e.error());
        }
    }

    private SessionQueue queue() {
        var session = parts.sessions().open(principal.get(), loop, clientHost);
        // What a request is told behind the end of its session, the queue itself knows.
        return new SessionQueue(session, parts.sessions(), parts.settings().streamLimits(), why -> {});
    }

    private void opened(ClientMessage.Open open, SqlStream stream) throws Refusal {
        int number = open.stream();
        streams.put(number, stream);
        Runnable ready =
                () -> send(ServerMessage.of("open_ok").number("stream", number).end());
        var opening = new ArrayList<String>(3);
        if (open.database() != null) {
            opening.add("USE `" + open.database().replace("`", "``") + "`");
        }
        opening.addAll(open.opening());
        if (opening.isEmpty()) {
            ready.run();
            return;
        }
        var statements = new ControlStatements(opening, ready, error -> {
            sendStreamError(number, error);
            stream.fail(error);
        });
        stream.add(new StreamCall(this, parts, null, nextRequestId(), statements, error -> {}));
    }

    private void sendStreamError(int stream, GatewayError error) {
        send(ServerMessage.of("error")
                .number("stream", stream)
                .error(error, requestId)
                .end());
    }

    void close(int number) {
        Runnable closedNow = () -> {
            streams.remove(number);
            prepared.removeAll(number);
            if (!closed) {
                send(ServerMessage.of("close_ok").number("stream", number).end());
            }
        };
        var stream = streams.get(number);
        if (stream == null) {
            closedNow.run();
        } else {
            stream.close(closedNow);
        }
    }

    void prepare(ClientMessage.Prepare prepare) {
        if (prepared.has(prepare.stream(), prepare.statement())) {
            socket.close(
                    CloseCodes.DUPLICATE,
                    "Stream " + prepare.stream() + " has a prepared statement " + prepare.statement());
            return;
        }
        try {
            var stream = stream(prepare.stream());
            int placeholders = Placeholders.count(prepare.sql(), stream.sqlModes());
            var names = Placeholders.names(prepare.sql(), stream.sqlModes());
            prepared.add(prepare.stream(), prepare.statement(), prepare.sql());
            var answer = ServerMessage.of("prepared")
                    .json("id", prepare.id())
                    .number("stream", prepare.stream())
                    .number("stmt", prepare.statement())
                    .number("params", placeholders);
            send((names.isEmpty() ? answer : answer.texts("named", names)).end());
        } catch (Refusal e) {
            sendError(prepare.id(), e.error());
        }
    }

    void close(ClientMessage.CloseStatement close) {
        prepared.remove(close.stream(), close.statement());
        send(ServerMessage.of("close_stmt_ok")
                .number("stream", close.stream())
                .number("stmt", close.statement())
                .end());
    }

    private SqlStream stream(int number) throws Refusal {
        var stream = streams.get(number);
        if (stream == null) {
            throw new Refusal(
                    Refusal.error(ErrorClass.NOT_FOUND, "This socket has no stream " + number + ", or no longer"));
        }
        return stream;
    }

    void request(ClientMessage.Request request) {
        var id = request.id();
        try {
            var stream = stream(request.stream());
            refuseWhileDraining(stream.isIdle());
            if (unanswered.size() >= parts.settings().maxInflight()) {
                throw new Refusal(GatewayError.refused(
                        1226,
                        "42000",
                        "This socket waits for the answers of " + unanswered.size()
                                + " requests, which is all it may (max_inflight)"));
            }
            var call = new StreamCall(
                    this, parts, id, nextRequestId(), statements(request, stream), error -> sendError(id, error));
            unanswered.put(id, call);
            stream.add(call);
            settleReading();
        } catch (Refusal e) {
            unanswered.remove(id);
            sendError(id, e.error());
        }
    }

    private StreamCall.Statements statements(ClientMessage.Request request, SqlStream stream) throws Refusal {
        if (request instanceof ClientMessage.Exec exec) {
            return new ExecStatement(stream.request(exec.request()), exec.fetch());
        }
        if (request instanceof ClientMessage.Execute execute) {
            var hints = execute.request().sql();
            var text = hints + prepared.get(execute.stream(), execute.statement());
            return new ExecStatement(stream.request(execute.request().withSql(text)), execute.fetch());
        }
        if (request instanceof ClientMessage.Batch batch) {
            var steps = batch.steps().stream()
                    .map(step -> new BatchStep(stream.request(step.request()), step.condition()))
                    .toList();
            return new BatchStatements(steps, batch.transaction(), batch.fetch());
        }
        var id = request.id();
        return new ControlStatements(
                ((ClientMessage.Control) request).statements(),
                () -> send(ServerMessage.of("done")
                        .json("id", id)
                        .json("success", "true")
                        .end()),
                error -> sendError(id, error));
    }

    void fetch(ClientMessage.Fetch fetch) {
        var cursor = cursors.get(fetch.cursor());
        if (cursor != null) {
            cursor.fetch(fetch.maxRows(), fetch.maxBytes());
        } else if (fetch.cursor() > lastCursor) {
            var error = Refusal.error(ErrorClass.NOT_FOUND, "This socket has no cursor " + fetch.cursor());
            send(ServerMessage.of("error")
                    .json("id", fetch.id())
                    .number("cursor", fetch.cursor())
                    .error(error, requestId)
                    .end());
        }
        // Credit for a cursor that has ended meanwhile has crossed its last message.
    }

    long openCursor(CursorAnswer answer) {
        cursors.put(++lastCursor, answer);
        return lastCursor;
    }

    void closeCursor(long cursor) {
        cursors.remove(cursor);
    }

    /** A call has its answer. */
    void answered(StreamCall call) {
        if (call.id() != null) {
            unanswered.remove(call.id(), call);
        }
        if (!closed) {
            settleReading();
            if (socket.isDraining()) {
                loop.execute(socket::closeIfDrained);
            }
        }
    }

    /** Takes messages as long as there is room for a request; and where a cursor waits for credit, which is a message too. */
    void settleReading() {
        if (closed || isFull() == socket.isPaused()) {
            return;
        }
        if (socket.isPaused()) {
            // Not from within a message, since what was held back comes at once.
            loop.execute(() -> {
                if (!closed && !isFull() && socket.isPaused()) {
                    socket.reading(true);
                }
            });
        } else {
            socket.reading(false);
        }
    }

    private boolean isFull() {
        return held.getAsBoolean()
                || (unanswered.size() >= parts.settings().maxInflight()
                        && unanswered.values().stream().noneMatch(StreamCall::isWaiting));
    }

    void sendError(String id, GatewayError error) {
        socket.send(ServerMessage.error(id, error, requestId));
    }

    ChannelFuture send(ByteBuf message) {
        return socket.send(message);
    }

    boolean isWritable() {
        return socket.isWritable();
    }

    EventLoop loop() {
        return loop;
    }

    void writable(boolean writable) {
        // A stream that ends meanwhile takes itself out of the map.
        new ArrayList<>(streams.values()).forEach(stream -> stream.writable(writable));
    }

    boolean areIdle() {
        return streams.values().stream().allMatch(SqlStream::isIdle);
    }

    /** The client is gone. */
    void abandon() {
        closed = true;
        new ArrayList<>(streams.values()).forEach(SqlStream::abandon);
    }
}
