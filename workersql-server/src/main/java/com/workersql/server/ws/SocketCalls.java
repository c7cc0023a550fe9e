// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.RequestDocument;
import com.workersql.server.http.query.SessionQueue;
import com.workersql.server.session.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The calls of one socket: statements outside of transactions run side by side, those of a transaction one after another.
 * Confined to the socket's event loop.
 */
final class SocketCalls implements Conversation {
    private static final int MAX_ID_CHARS = 256;
    private static final int REMEMBERED_TRANSACTIONS = 64;

    private final WebSocketConnection socket;
    private final WebSocketConnection.Parts parts;
    private final Principal principal;
    private final String clientHost;
    private final String requestId;
    private final SocketSubscriptions subscriptions;
    private final Set<Call> running = new LinkedHashSet<>();
    private final ArrayDeque<Call> waiting = new ArrayDeque<>();
    private final Map<String, SessionQueue> transactions = new HashMap<>();
    private final Map<String, GatewayError> endedTransactions = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, GatewayError> eldest) {
            return size() > REMEMBERED_TRANSACTIONS;
        }
    };
    private EventLoop loop;
    private long callCount;
    private boolean closed;

    SocketCalls(
            WebSocketConnection socket,
            WebSocketConnection.Parts parts,
            Principal principal,
            String clientHost,
            String requestId) {
        this.socket = socket;
        this.parts = parts;
        this.principal = principal;
        this.clientHost = clientHost;
        this.requestId = requestId;
        this.subscriptions =
                new SocketSubscriptions(socket, parts, principal, clientHost, SocketSubscriptions.Form.PLAIN);
    }

    @Override
    public void opened(EventLoop channelLoop) {
        loop = channelLoop;
    }

    @Override
    public Principal principal() {
        return principal;
    }

    @Override
    public int maxMessageBytes() {
        return parts.settings().maxMessageBytes();
    }

    @Override
    public void draining(int millis) {
        // What is refused from now on is told by each answer.
    }

    @Override
    public WebSocketCloseStatus status(Ending ending) {
        return ending == Ending.SILENT
                ? WebSocketCloseStatus.ENDPOINT_UNAVAILABLE
                : WebSocketCloseStatus.POLICY_VIOLATION;
    }

    @Override
    public void message(ByteBuf utf8) throws Refusal {
        message(parts.parser().parse(utf8));
    }

    private void message(RequestDocument document) {
        var id = document.id();
        if (id == null || id.length() > MAX_ID_CHARS || id.startsWith("{") || id.startsWith("[")) {
            socket.close(
                    WebSocketCloseStatus.POLICY_VIOLATION,
                    "A message needs an \"id\", a string or number of up to " + MAX_ID_CHARS + " characters");
            return;
        }
        var type = document.type() == null ? "" : document.type();
        try {
            switch (type) {
                case "begin" -> begin(call(document, CallKind.BEGIN, statement("BEGIN")));
                case "query" -> query(call(document, CallKind.QUERY, document.query()), document.transactionId());
                case "commit" -> inTransaction(call(document, CallKind.END, statement("COMMIT")), document);
                case "rollback" -> inTransaction(call(document, CallKind.END, statement("ROLLBACK")), document);
                case "subscribe" -> {
                    refuseWhileDraining();
                    if (document.fault() != null) {
                        throw new Refusal(document.fault());
                    }
                    subscriptions.subscribe(id, document.table(), document.from(), loop, nextRequestId());
                }
                case "unsubscribe" -> subscriptions.unsubscribe(id, id);
                default ->
                    throw Refusal.malformed(
                            "\"type\" must be begin, query, commit, rollback, subscribe or unsubscribe");
            }
        } catch (Refusal e) {
            new Call(socket, parts, id, nextRequestId(), CallKind.QUERY, null).refuse(e.error());
        }
    }

    private static QueryRequest statement(String sql) {
        return new QueryRequest(sql, QueryRequest.Positional.NONE, 0, false, null);
    }

    private Call call(RequestDocument document, CallKind kind, QueryRequest request) throws Refusal {
        if (document.fault() != null) {
            throw new Refusal(document.fault());
        }
        return new Call(socket, parts, document.id(), nextRequestId(), kind, request);
    }

    private String nextRequestId() {
        return requestId + "-" + ++callCount;
    }

    private void query(Call call, String transactionId) throws Refusal {
        if (transactionId != null) {
            transaction(transactionId).add(call);
            return;
        }
        refuseWhileDraining();
        if (running.size() < parts.settings().maxRunning()) {
            start(call);
        } else if (waiting.size() < parts.settings().maxWaiting()) {
            waiting.add(call);
        } else {
            throw new Refusal(GatewayError.refused(
                    1226,
                    "42000",
                    "This socket has " + running.size() + " statements running and " + waiting.size()
                            + " waiting, which is all it may have (max_running, max_waiting)"));
        }
    }

    private void refuseWhileDraining() throws Refusal {
        if (socket.isDraining()) {
            throw new Refusal(GatewayError.draining());
        }
    }

    private void start(Call call) {
        running.add(call);
        var session = parts.sessions().open(principal, loop, clientHost);
        parts.sessions().onKill(session, whole -> call.killed());
        call.start(session, () -> {
            parts.sessions().close(session);
            running.remove(call);
            if (!closed) {
                startNext();
                socket.closeIfDrained();
            }
        });
    }

    private void startNext() {
        if (!waiting.isEmpty() && running.size() < parts.settings().maxRunning()) {
            start(waiting.poll());
        }
    }

    private void begin(Call call) throws Refusal {
        refuseWhileDraining();
        if (transactions.size() >= parts.settings().maxTransactions()) {
            throw new Refusal(GatewayError.refused(
                    1226,
                    "42000",
                    "This socket has " + transactions.size()
                            + " open transactions, which is all it may have (max_transactions)"));
        }
        var random = ThreadLocalRandom.current();
        var hex = HexFormat.of();
        // Known on this socket only, so it need not be a secret.
        var id = hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
        var session = parts.sessions().open(principal, loop, clientHost);
        var transaction = new SessionQueue(
                session, parts.sessions(), parts.settings().transactionLimits(), why -> ended(id, why));
        transactions.put(id, transaction);
        call.transactionId(id);
        transaction.add(call);
    }

    private void ended(String id, GatewayError why) {
        transactions.remove(id);
        if (why != null) {
            endedTransactions.put(id, why);
        }
        if (!closed) {
            socket.closeIfDrained();
        }
    }

    private void inTransaction(Call call, RequestDocument document) throws Refusal {
        if (document.transactionId() == null) {
            throw Refusal.malformed("the member \"transactionId\" is missing");
        }
        call.transactionId(document.transactionId());
        transaction(document.transactionId()).add(call);
    }

    private SessionQueue transaction(String id) throws Refusal {
        var transaction = transactions.get(id);
        if (transaction == null) {
            var why = endedTransactions.get(id);
            throw new Refusal(
                    why != null
                            ? why
                            : Refusal.error(ErrorClass.NOT_FOUND, "This socket has no such transaction, or no longer"));
        }
        return transaction;
    }

    @Override
    public void writable(boolean writable) {
        // A call that ends meanwhile takes itself out of the set.
        for (var call : new ArrayList<>(running)) {
            call.writable(writable);
        }
        for (var transaction : new ArrayList<>(transactions.values())) {
            transaction.writable(writable);
        }
        subscriptions.writable();
    }

    @Override
    public boolean isIdle() {
        return running.isEmpty() && waiting.isEmpty() && transactions.isEmpty();
    }

    @Override
    public void closeAll() {
        if (closed) {
            return;
        }
        closed = true;
        subscriptions.closeAll();
        waiting.clear();
        new ArrayList<>(running).forEach(Call::abandon);
        new ArrayList<>(transactions.values()).forEach(SessionQueue::abandon);
    }
}
