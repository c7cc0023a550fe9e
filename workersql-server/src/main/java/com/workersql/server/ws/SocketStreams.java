// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.SessionQueue;
import com.workersql.server.session.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The subprotocol {@code workersql.v1} on one socket: streams side by side, each a session whose requests are answered in their
 * order. Confined to the socket's event loop.
 */
final class SocketStreams implements Conversation, SocketLogin.Listener {
    /** The subprotocol's name. */
    static final String PROTOCOL = "workersql.v1";

    /** What may come before it is known who sends it. */
    static final int MAX_BYTES_BEFORE_HELLO = 16 * 1024;

    private static final List<String> CAPABILITIES =
            List.of("cursors", "cancel", "transactions", "subscribe", "auth", "goaway");

    private final WebSocketConnection socket;
    private final WebSocketConnection.Parts parts;
    private final MessageReader reader;
    private final SocketLogin login;
    private final String clientHost;
    private final String requestId;
    private final Map<Integer, SqlStream> streams = new HashMap<>();
    private final Map<String, StreamCall> unanswered = new LinkedHashMap<>();
    private final Map<Long, CursorAnswer> cursors = new HashMap<>();
    private SocketSubscriptions subscriptions;
    private EventLoop loop;
    private long lastCursor;
    private long callCount;
    private boolean closed;

    /** @param proved who the upgrade came from; null when it did not say */
    SocketStreams(
            WebSocketConnection socket,
            WebSocketConnection.Parts parts,
            Principal proved,
            String clientHost,
            String requestId) {
        this.socket = socket;
        this.parts = parts;
        this.clientHost = clientHost;
        this.requestId = requestId;
        this.reader = new MessageReader(parts.parser(), parts.limits().maxStatementMillis());
        this.login = new SocketLogin(parts.gate(), proved, parts.settings().helloTimeoutMillis(), this);
    }

    @Override
    public void opened(EventLoop channelLoop) {
        loop = channelLoop;
        login.opened(channelLoop);
    }

    @Override
    public Principal principal() {
        return login.principal();
    }

    @Override
    public int maxMessageBytes() {
        int most = parts.settings().maxMessageBytes();
        return login.isGreeted() ? most : Math.min(most, MAX_BYTES_BEFORE_HELLO);
    }

    @Override
    public WebSocketCloseStatus status(Ending ending) {
        return switch (ending) {
            case EXPIRED -> CloseCodes.UNAUTHENTICATED;
            case REVOKED -> CloseCodes.FORBIDDEN;
            case SILENT -> CloseCodes.TIMEOUT;
        };
    }

    @Override
    public void message(ByteBuf utf8) throws Refusal {
        var message = reader.read(utf8);
        if (message instanceof ClientMessage.Unusable unusable) {
            socket.close(CloseCodes.BAD_MESSAGE, unusable.reason());
        } else if (message instanceof ClientMessage.Hello hello) {
            login.hello(hello.proof());
        } else if (!login.isGreeted()) {
            socket.close(CloseCodes.UNAUTHENTICATED, "The first message has to be \"hello\"");
        } else if (message instanceof ClientMessage.Request request) {
            request(request);
        } else {
            control(message);
        }
    }

    private void control(ClientMessage message) {
        if (message instanceof ClientMessage.Open open) {
            open(open);
        } else if (message instanceof ClientMessage.Close close) {
            close(close.stream());
        } else if (message instanceof ClientMessage.Fetch fetch) {
            fetch(fetch);
        } else if (message instanceof ClientMessage.Cancel cancel) {
            var call = unanswered.get(cancel.id());
            if (call != null) {
                call.cancel();
            }
        } else if (message instanceof ClientMessage.Refused refused) {
            sendError(refused.id(), refused.error());
        } else if (message instanceof ClientMessage.Auth auth) {
            login.auth(auth.proof());
        } else if (message instanceof ClientMessage.Ping ping) {
            send(ServerMessage.of("pong").json("id", ping.id()).end());
        } else {
            subscription(message);
        }
    }

    private void subscription(ClientMessage message) {
        if (message instanceof ClientMessage.Subscribe subscribe && !isTaken(subscribe.id())) {
            try {
                refuseWhileDraining(true);
                subscriptions.subscribe(subscribe.id(), subscribe.table(), subscribe.from(), loop, nextRequestId());
            } catch (Refusal e) {
                sendError(subscribe.id(), e.error());
            }
        } else if (message instanceof ClientMessage.Unsubscribe unsubscribe) {
            try {
                subscriptions.unsubscribe(unsubscribe.id(), unsubscribe.subscription());
            } catch (Refusal e) {
                sendError(unsubscribe.id(), e.error());
            }
        }
    }

    /** Whether an id is in use, for which the socket is closed: what the answers mean could not be told any more. */
    private boolean isTaken(String id) {
        boolean taken = unanswered.containsKey(id) || subscriptions.has(id);
        if (taken) {
            socket.close(CloseCodes.DUPLICATE, "The id " + id + " is in use");
        }
        return taken;
    }

    private String nextRequestId() {
        return requestId + "-" + ++callCount;
    }

    private void refuseWhileDraining(boolean isNew) throws Refusal {
        if (socket.isDraining() && isNew) {
            throw new Refusal(new GatewayError(
                    1053,
                    "08S01",
                    "The gateway is shutting down; connect again",
                    ErrorClass.UNAVAILABLE,
                    Outcome.NOT_EXECUTED));
        }
    }

    private void open(ClientMessage.Open open) {
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
        var session = parts.sessions().open(login.principal(), loop, clientHost);
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

    private void close(int number) {
        Runnable closedNow = () -> {
            streams.remove(number);
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

    private void request(ClientMessage.Request request) {
        var id = request.id();
        if (isTaken(id)) {
            return;
        }
        var stream = streams.get(request.stream());
        try {
            if (stream == null) {
                throw new Refusal(Refusal.error(
                        ErrorClass.NOT_FOUND, "This socket has no stream " + request.stream() + ", or no longer"));
            }
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

    private StreamCall.Statements statements(ClientMessage.Request request, SqlStream stream) {
        if (request instanceof ClientMessage.Exec exec) {
            return new ExecStatement(stream.request(exec.request()), exec.fetch());
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

    private void fetch(ClientMessage.Fetch fetch) {
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

    private void sendError(String id, GatewayError error) {
        send(ServerMessage.error(id, error, requestId));
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
        return login.isProving()
                || (unanswered.size() >= parts.settings().maxInflight()
                        && unanswered.values().stream().noneMatch(StreamCall::isWaiting));
    }

    @Override
    public void greeted() {
        socket.admitted();
        subscriptions =
                new SocketSubscriptions(socket, parts, login.principal(), clientHost, SocketSubscriptions.Form.STREAMS);
        var settings = parts.settings();
        var version = SocketStreams.class.getPackage().getImplementationVersion();
        var hello = ServerMessage.of("hello_ok")
                .text("conn_id", requestId)
                .text("server", "WorkerSQL Gateway" + (version == null ? "" : " " + version))
                .texts("caps", CAPABILITIES);
        hello.json(
                "limits",
                "{\"max_streams\":" + settings.maxStreams() + ",\"max_inflight\":" + settings.maxInflight()
                        + ",\"max_frame\":" + settings.maxMessageBytes() + "}");
        send(withExpiry(hello.number("heartbeat_ms", settings.heartbeatMillis()))
                .end());
    }

    private ServerMessage withExpiry(ServerMessage message) {
        long millis = login.expiresInMillis();
        return millis == Principal.NEVER ? message : message.number("expires_in_ms", millis);
    }

    @Override
    public void renewed() {
        send(withExpiry(ServerMessage.of("auth_ok")).end());
    }

    @Override
    public void expiresSoon(long millis) {
        send(ServerMessage.of("warning")
                .text("code", "TOKEN_EXPIRES")
                .text("message", "The token expires soon; send another by \"auth\"")
                .number("expires_in_ms", millis)
                .end());
    }

    @Override
    public void provingChanged() {
        settleReading();
    }

    @Override
    public void close(WebSocketCloseStatus status, String reason) {
        socket.close(status, reason);
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void writable(boolean writable) {
        // A stream that ends meanwhile takes itself out of the map.
        new ArrayList<>(streams.values()).forEach(stream -> stream.writable(writable));
        if (subscriptions != null) {
            subscriptions.writable();
        }
    }

    @Override
    public void draining(int millis) {
        if (login.isGreeted()) {
            send(ServerMessage.of("goaway")
                    .text("reason", "The gateway is shutting down")
                    .number("drain_ms", millis)
                    .end());
        }
    }

    @Override
    public boolean isIdle() {
        return streams.values().stream().allMatch(SqlStream::isIdle);
    }

    @Override
    public void closeAll() {
        if (closed) {
            return;
        }
        closed = true;
        login.close();
        if (subscriptions != null) {
            subscriptions.closeAll();
        }
        new ArrayList<>(streams.values()).forEach(SqlStream::abandon);
    }
}
