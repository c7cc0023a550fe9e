// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.fasterxml.jackson.core.JsonParser;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.SocketGate;
import com.workersql.server.http.query.HintMembers;
import com.workersql.server.http.query.ObjectMembers;
import com.workersql.server.http.query.ParameterReader;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.TransactionRequest;
import java.io.IOException;
import java.util.List;

/** One pass over the members of one message of {@code workersql.v1}. Used once, by one thread. */
final class MessageMembers {
    private static final int MAX_ID_CHARS = 256;
    private static final int NONE = -1;

    private final JsonParser parser;
    private final ParameterReader values;
    private final MessageValues read;
    private GatewayError fault;
    private String type;
    private String id;
    private String subscription;
    private long stream = NONE;
    private long cursor = NONE;
    private long fetch = ClientMessage.ALL;
    private long maxRows = NONE;
    private long maxBytes = ClientMessage.ALL;
    private String sql;
    private QueryRequest.Bound parameters;
    private List<BatchStep> steps;
    private boolean transaction;
    private long statement = NONE;
    private SubscriptionResume resume;
    private boolean rowsAsArrays = true;
    private int timeoutMillis;
    private String hints = "";
    private String database;
    private String table;
    private String from;
    private String token;
    private SocketGate.Proof.Password basic;
    private StreamOptions options = StreamOptions.NONE;
    private String isolation;
    private boolean readOnly;

    MessageMembers(JsonParser parser, String text, int maxTimeoutMillis) {
        this.parser = parser;
        this.values = new ParameterReader(parser, text);
        this.read = new MessageValues(parser, maxTimeoutMillis);
    }

    ClientMessage read() throws IOException {
        fault = ObjectMembers.read(parser, this::member);
        return message();
    }

    private void member(String name) throws IOException, Refusal {
        switch (name) {
            case "type" -> type = read.text(name);
            case "id" -> id = values.json();
            case "sub" -> subscription = values.json();
            case "stream" -> stream = read.number(name, 0, Integer.MAX_VALUE);
            case "cursor" -> cursor = read.number(name, 1, Long.MAX_VALUE);
            case "fetch" -> fetch = read.number(name, 0, Integer.MAX_VALUE);
            case "max_rows" -> maxRows = read.number(name, 1, Integer.MAX_VALUE);
            case "max_bytes" -> maxBytes = read.number(name, 1, Integer.MAX_VALUE);
            case "sql" -> sql = read.text(name);
            case "params", "named" -> parameters = read.parameters(name, parameters, values);
            case "steps" -> steps = new BatchReader(parser, values, read).steps();
            case "tx" -> transaction = read.flag(name);
            case "stmt" -> statement = read.number(name, 0, Integer.MAX_VALUE);
            case "resume" -> resume = SubscriptionResume.read(parser, values, read);
            case "row_format" -> rowsAsArrays = read.rowsAsArrays();
            case "timeout_ms" -> timeoutMillis = read.timeout();
            case "hints" -> hints = HintMembers.read(parser);
            case "db" -> database = read.text(name);
            case "opts" -> options = read.options();
            case "isolation" -> isolation = read.isolation();
            case "readonly" -> readOnly = read.flag(name);
            case "table" -> table = read.text(name);
            case "from" -> from = read.text(name);
            case "channel", "query" -> throw Refusal.unsupported("only a \"table\" can be subscribed to");
            case "token" -> token = read.text(name);
            case "basic" -> basic = read.basic();
            default -> parser.skipChildren();
        }
    }

    private ClientMessage message() {
        return switch (type == null ? "" : type) {
            case "hello" -> fault == null ? new ClientMessage.Hello(proof(), resume) : unusable();
            case "auth" ->
                fault == null && proof() != null
                        ? new ClientMessage.Auth(proof())
                        : new ClientMessage.Unusable("\"auth\" needs a \"token\", or \"basic\" with user and password");
            case "open" -> stream == NONE ? unusable() : open();
            case "close" -> stream == NONE ? unusable() : new ClientMessage.Close((int) stream);
            case "close_stmt" ->
                stream == NONE || statement == NONE
                        ? unusable()
                        : new ClientMessage.CloseStatement((int) stream, (int) statement);
            case "exec", "batch", "prepare", "execute", "begin", "commit", "rollback", "subscribe", "unsubscribe" ->
                isId(id) ? request() : noId();
            case "fetch" -> cursor == NONE || (id != null && !isId(id)) ? unusable() : fetch();
            case "cancel" -> isId(id) ? new ClientMessage.Cancel(id) : noId();
            case "ping" -> id == null || isId(id) ? new ClientMessage.Ping(id) : noId();
            case "pong" -> new ClientMessage.Pong();
            default -> new ClientMessage.Unusable("No message of workersql.v1 has this \"type\"");
        };
    }

    private SocketGate.Proof proof() {
        return token != null ? new SocketGate.Proof.Token(token) : basic;
    }

    private ClientMessage unusable() {
        return new ClientMessage.Unusable(fault != null ? fault.message() : "\"" + type + "\" needs " + needed());
    }

    private String needed() {
        return switch (type) {
            case "fetch" -> "a \"cursor\"";
            case "close_stmt" -> "a \"stream\" and a \"stmt\"";
            default -> "a \"stream\"";
        };
    }

    static boolean isId(String json) {
        return json != null && json.length() <= MAX_ID_CHARS && !json.startsWith("{") && !json.startsWith("[");
    }

    private static ClientMessage noId() {
        return new ClientMessage.Unusable(
                "A request needs an \"id\", a string or number of up to " + MAX_ID_CHARS + " characters");
    }

    private ClientMessage open() {
        return new ClientMessage.Open(
                (int) stream, database, options.opening(), options.hints(), options.timeoutMillis(), fault);
    }

    private ClientMessage fetch() {
        if (fault == null && maxRows == NONE) {
            fault = Refusal.malformed("the member \"max_rows\" is missing").error();
        }
        return fault == null
                ? new ClientMessage.Fetch(id, cursor, maxRows, maxBytes)
                : id == null ? unusable() : new ClientMessage.Refused(id, fault);
    }

    private ClientMessage request() {
        if (fault != null) {
            return new ClientMessage.Refused(id, fault);
        }
        switch (type) {
            case "subscribe" -> {
                return new ClientMessage.Subscribe(id, table, from);
            }
            case "unsubscribe" -> {
                return new ClientMessage.Unsubscribe(id, subscription == null ? id : subscription);
            }
            default -> {
                if (stream == NONE) {
                    return refused("the member \"stream\" is missing");
                }
            }
        }
        return switch (type) {
            case "exec" -> exec();
            case "batch" ->
                steps == null
                        ? refused("the member \"steps\" is missing")
                        : new ClientMessage.Batch(id, (int) stream, steps, transaction, fetch);
            case "prepare", "execute" -> statement == NONE ? refused("the member \"stmt\" is missing") : prepared();
            case "begin" ->
                new ClientMessage.Control(
                        id,
                        (int) stream,
                        new TransactionRequest(null, null, isolation, readOnly, List.of()).openingStatements());
            default ->
                new ClientMessage.Control(id, (int) stream, List.of(type.equals("commit") ? "COMMIT" : "ROLLBACK"));
        };
    }

    private ClientMessage prepared() {
        if (type.equals("execute")) {
            return new ClientMessage.Execute(id, (int) stream, (int) statement, query(hints), fetch);
        }
        var fault = noText();
        return fault != null ? fault : new ClientMessage.Prepare(id, (int) stream, (int) statement, sql);
    }

    private ClientMessage exec() {
        var fault = noText();
        return fault != null ? fault : new ClientMessage.Exec(id, (int) stream, query(hints + sql), fetch);
    }

    private QueryRequest query(String text) {
        var bound = parameters == null ? QueryRequest.Positional.NONE : parameters;
        return new QueryRequest(text, bound, timeoutMillis, rowsAsArrays, null);
    }

    private ClientMessage noText() {
        if (sql == null) {
            return refused("the member \"sql\" is missing");
        }
        return sql.isBlank()
                ? new ClientMessage.Refused(id, GatewayError.refused(1065, "42000", "Query was empty"))
                : null;
    }

    private ClientMessage refused(String message) {
        return new ClientMessage.Refused(id, Refusal.malformed(message).error());
    }
}
