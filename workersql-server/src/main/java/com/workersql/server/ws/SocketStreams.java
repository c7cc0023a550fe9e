// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.http.query.Refusal;
import com.workersql.server.session.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
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
            List.of("cursors", "cancel", "transactions", "batch", "prepare", "subscribe", "resume", "auth", "goaway");

    private final WebSocketConnection socket;
    private final WebSocketConnection.Parts parts;
    private final MessageReader reader;
    private final SocketLogin login;
    private final String clientHost;
    private final String requestId;
    private SocketSubscriptions subscriptions;
    private EventLoop loop;
    private OpenStreams streams;
    private ResumableSockets.Socket resumable;
    private SubscriptionResume resume;
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
        streams =
                new OpenStreams(socket, parts, channelLoop, clientHost, requestId, login::principal, login::isProving);
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
            case REVOKED, DISCONNECTED -> CloseCodes.FORBIDDEN;
            case SILENT -> CloseCodes.TIMEOUT;
        };
    }

    @Override
    public void message(ByteBuf utf8) throws Refusal {
        var message = reader.read(utf8);
        if (message instanceof ClientMessage.Unusable unusable) {
            socket.close(CloseCodes.BAD_MESSAGE, unusable.reason());
        } else if (message instanceof ClientMessage.Hello hello) {
            resume = hello.resume();
            login.hello(hello.proof());
        } else if (!login.isGreeted()) {
            socket.close(CloseCodes.UNAUTHENTICATED, "The first message has to be \"hello\"");
        } else if (message instanceof ClientMessage.Request request) {
            if (!isTaken(request.id())) {
                streams.request(request);
            }
        } else {
            control(message);
        }
    }

    private void control(ClientMessage message) {
        if (message instanceof ClientMessage.Open open) {
            streams.open(open);
        } else if (message instanceof ClientMessage.Close close) {
            streams.close(close.stream());
        } else if (message instanceof ClientMessage.Prepare prepare) {
            if (!isTaken(prepare.id())) {
                streams.prepare(prepare);
            }
        } else if (message instanceof ClientMessage.CloseStatement close) {
            streams.close(close);
        } else if (message instanceof ClientMessage.Fetch fetch) {
            streams.fetch(fetch);
        } else if (message instanceof ClientMessage.Cancel cancel) {
            streams.cancel(cancel.id());
        } else if (message instanceof ClientMessage.Refused refused) {
            streams.sendError(refused.id(), refused.error());
        } else if (message instanceof ClientMessage.Auth auth) {
            login.auth(auth.proof());
        } else if (message instanceof ClientMessage.Ping ping) {
            socket.send(ServerMessage.of("pong").json("id", ping.id()).end());
        } else {
            subscription(message);
        }
    }

    private void subscription(ClientMessage message) {
        if (message instanceof ClientMessage.Subscribe subscribe && !isTaken(subscribe.id())) {
            try {
                streams.refuseWhileDraining(true);
                subscriptions.subscribe(
                        subscribe.id(), subscribe.table(), subscribe.from(), loop, streams.nextRequestId());
            } catch (Refusal e) {
                streams.sendError(subscribe.id(), e.error());
            }
        } else if (message instanceof ClientMessage.Unsubscribe unsubscribe) {
            try {
                subscriptions.unsubscribe(unsubscribe.id(), unsubscribe.subscription());
            } catch (Refusal e) {
                streams.sendError(unsubscribe.id(), e.error());
            }
        }
    }

    /** Whether an id is in use, for which the socket is closed: what the answers mean could not be told any more. */
    private boolean isTaken(String id) {
        boolean taken = streams.isUnanswered(id) || subscriptions.has(id);
        if (taken) {
            socket.close(CloseCodes.DUPLICATE, "The id " + id + " is in use");
        }
        return taken;
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
                        + ",\"max_frame\":" + settings.maxMessageBytes() + ",\"max_statements\":"
                        + settings.maxStatements() + "}");
        resumable = parts.resumable().opened(login.principal().identity(), this::takenOver);
        if (resumable != null) {
            hello.text("resume_token", resumable.token());
        }
        socket.send(withExpiry(hello.number("heartbeat_ms", settings.heartbeatMillis()))
                .end());
        if (resume != null) {
            resume(resume);
        }
    }

    /** The client is elsewhere by now, and goes on there; the end of this socket has not been noticed. */
    private void takenOver() {
        loop.execute(() -> socket.close(CloseCodes.DUPLICATE, "Another socket goes on with this one's subscriptions"));
    }

    private void resume(SubscriptionResume from) {
        parts.resumable().take(from.token(), login.principal().identity(), parked -> {
            if (loop.inEventLoop()) {
                resume(from, parked);
            } else {
                loop.execute(() -> resume(from, parked));
            }
        });
    }

    private void resume(SubscriptionResume from, Map<String, ResumableSockets.Parked> parked) {
        from.last().forEach((id, sequence) -> {
            // The client may have used a name for something else while the other socket was being closed.
            if (closed || isTaken(id)) {
                return;
            }
            try {
                streams.refuseWhileDraining(true);
                subscriptions.resume(id, parked.get(id), sequence, loop, streams.nextRequestId());
            } catch (Refusal e) {
                streams.sendError(id, e.error());
            }
        });
    }

    private ServerMessage withExpiry(ServerMessage message) {
        long millis = login.expiresInMillis();
        return millis == Principal.NEVER ? message : message.number("expires_in_ms", millis);
    }

    @Override
    public void renewed() {
        socket.send(withExpiry(ServerMessage.of("auth_ok")).end());
    }

    @Override
    public void expiresSoon(long millis) {
        socket.send(ServerMessage.of("warning")
                .text("code", "TOKEN_EXPIRES")
                .text("message", "The token expires soon; send another by \"auth\"")
                .number("expires_in_ms", millis)
                .end());
    }

    @Override
    public void provingChanged() {
        streams.settleReading();
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
        streams.writable(writable);
        if (subscriptions != null) {
            subscriptions.writable();
        }
    }

    @Override
    public void draining(int millis) {
        if (login.isGreeted()) {
            socket.send(ServerMessage.of("goaway")
                    .text("reason", "The gateway is shutting down")
                    .number("drain_ms", millis)
                    .end());
        }
    }

    @Override
    public boolean isIdle() {
        return streams.areIdle();
    }

    @Override
    public void closeAll() {
        if (closed) {
            return;
        }
        closed = true;
        login.close();
        if (resumable != null) {
            resumable.park(subscriptions.parked());
        }
        if (subscriptions != null) {
            subscriptions.closeAll();
        }
        streams.abandon();
    }
}
