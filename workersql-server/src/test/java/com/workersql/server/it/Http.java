// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.workersql.server.Gateway;
import com.workersql.server.http.Contract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** One tenant's way to a gateway's HTTP door, by the JDK's own clients. */
final class Http {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private final int port;
    private final String authorization;

    /** A way that proves itself by a header of the test's own. */
    Http(int port, String authorization) {
        this.port = port;
        this.authorization = authorization;
    }

    Http(Fleet fleet, String tenant) {
        this(fleet, tenant, fleet.gateway());
    }

    /** The way to another gateway before the same shards. */
    Http(Fleet fleet, String tenant, Gateway gateway) {
        this.port = gateway.httpAddress().getPort();
        this.authorization = "Basic "
                + Base64.getEncoder()
                        .encodeToString((tenant + ":" + fleet.password(tenant)).getBytes(StandardCharsets.UTF_8));
    }

    /** By what this way proves itself. */
    String authorization() {
        return authorization;
    }

    /** An answer, its body read as JSON: objects are maps, arrays lists, numbers their text in a {@link Number}. */
    record Answer(int status, Map<String, Object> body) {
        @SuppressWarnings("unchecked")
        List<Object> data() {
            return (List<Object>) body.get("data");
        }

        @SuppressWarnings("unchecked")
        Map<String, Object> details() {
            return (Map<String, Object>) body.get("details");
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", authorization)
                .timeout(Duration.ofSeconds(60));
    }

    /** Posts a body to {@code /v1/query}. */
    Answer post(String json) throws IOException, InterruptedException {
        return post("/v1/query", json);
    }

    /** Posts a body to a path. */
    Answer post(String path, String json) throws IOException, InterruptedException {
        var request = request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        var response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        check("POST", path, response);
        return new Answer(response.statusCode(), object(response.body()));
    }

    /** Runs SQL whose answer has rows as arrays; the text must need no escape in JSON. */
    Answer query(String sql, String... parameters) throws IOException, InterruptedException {
        return post("{\"sql\":\"" + sql + "\",\"params\":[" + String.join(",", parameters) + "],\"rows\":\"array\"}");
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        var response = CLIENT.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
        check("GET", path, response);
        return response;
    }

    /** Holds an answer to what the gateway says of itself. */
    static void check(String method, String path, HttpResponse<String> response) {
        var type = response.headers().firstValue("content-type").orElse("");
        Contract.check(method, path, response.statusCode(), type, response.body());
    }

    /** The sum of a metric's values with all of these labels. */
    double metric(String name, String... labels) throws IOException, InterruptedException {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> Arrays.stream(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler)
            throws IOException, InterruptedException {
        return CLIENT.send(request, handler);
    }

    CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
        return CLIENT.sendAsync(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Connects a WebSocket. */
    Socket connect() {
        var socket = new Socket();
        socket.webSocket = CLIENT.newWebSocketBuilder()
                .header("Authorization", authorization)
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/v1/ws"), socket)
                .join();
        return socket;
    }

    /** Connects a WebSocket of the subprotocol {@code workersql.v1} and says hello. */
    Socket connectStreams() throws InterruptedException {
        var socket = new Socket();
        socket.webSocket = CLIENT.newWebSocketBuilder()
                .header("Authorization", authorization)
                .subprotocols("workersql.v1")
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/v1/ws"), socket)
                .join();
        socket.call("{\"type\":\"hello\"}");
        return socket;
    }

    /** Connects a WebSocket of the subprotocol {@code workersql.v1} without any proof of who asks. */
    Socket connectAnonymously() {
        var socket = new Socket();
        socket.webSocket = CLIENT.newWebSocketBuilder()
                .subprotocols("workersql.v1")
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/v1/ws"), socket)
                .join();
        return socket;
    }

    /** A WebSocket and the messages that came. */
    static final class Socket implements WebSocket.Listener, AutoCloseable {
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final StringBuilder partial = new StringBuilder();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private WebSocket webSocket;
        private volatile boolean paused;

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                messages.add(partial.toString());
                partial.setLength(0);
            }
            if (!paused) {
                socket.request(1);
            }
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return null;
        }

        /** Sends a message. */
        void send(String json) {
            webSocket.sendText(json, true).join();
        }

        /** Sends a message to a server that may have closed the socket already. */
        void sendToWhoMayBeGone(String json) {
            webSocket.sendText(json, true).exceptionally(gone -> null).join();
        }

        /** Reads nothing any more behind the next message, until {@link #resume}. */
        void pause() {
            paused = true;
        }

        void resume() {
            paused = false;
            webSocket.request(1);
        }

        /** The subprotocol that was agreed on. */
        String subprotocol() {
            return webSocket.getSubprotocol();
        }

        /** The next message. */
        Map<String, Object> next() throws InterruptedException {
            var text = messages.poll(30, TimeUnit.SECONDS);
            if (text == null) {
                throw new IllegalStateException("No message came within 30 s");
            }
            return object(text);
        }

        /** Sends a message and takes the next one that comes. */
        Map<String, Object> call(String json) throws InterruptedException {
            send(json);
            return next();
        }

        /** Begins a transaction; gives its id. */
        String begin() throws InterruptedException {
            return (String) data(call("{\"type\":\"begin\",\"id\":\"b\"}")).get("transactionId");
        }

        /** The code of the close frame. */
        int closeCode() {
            return closed.orTimeout(30, TimeUnit.SECONDS).join();
        }

        @Override
        public void close() {
            webSocket.abort();
        }
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> data(Map<String, Object> message) {
        return (Map<String, Object>) message.get("data");
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> object(String json) {
        try (var parser = new JsonFactory().createParser(json)) {
            parser.nextToken();
            return (Map<String, Object>) value(parser);
        } catch (IOException e) {
            throw new UncheckedIOException(json, e);
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                var object = new LinkedHashMap<String, Object>();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    var name = parser.currentName();
                    parser.nextToken();
                    object.put(name, value(parser));
                }
                return object;
            }
            case START_ARRAY -> {
                var array = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                return array;
            }
            case VALUE_STRING -> {
                return parser.getText();
            }
            case VALUE_TRUE -> {
                return true;
            }
            case VALUE_FALSE -> {
                return false;
            }
            case VALUE_NULL -> {
                return null;
            }
            default -> {
                return parser.getNumberValue();
            }
        }
    }
}
