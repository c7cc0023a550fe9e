// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.failsafe.TimeoutExceededException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFetchTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final AtomicInteger requests = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private interface Handler {
        void handle(HttpExchange exchange, int request) throws Exception;
    }

    private URI served(Handler handler) {
        server.createContext("/jwks", exchange -> {
            try (exchange) {
                handler.handle(exchange, requests.incrementAndGet());
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks");
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private static String fetch(URI uri, Duration limit) throws Exception {
        return new KeyFetch(limit).apply(uri).get(90, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void asksAgainWhereTheServerFails(int status) throws Exception {
        var uri = served((exchange, request) -> answer(exchange, request < 3 ? status : 200, "the keys"));

        assertThat(fetch(uri, LONG)).isEqualTo("the keys");
        assertThat(requests).hasValue(3);
    }

    @Test
    void asksAgainWhereTheConnectionBreaks() throws Exception {
        var uri = served((exchange, request) -> {
            if (request == 1) {
                // More is promised than comes.
                exchange.sendResponseHeaders(200, 100);
            } else {
                answer(exchange, 200, "the keys");
            }
        });

        assertThat(fetch(uri, LONG)).isEqualTo("the keys");
    }

    @Test
    void tellsWhyWhenTheServerFailsEachTime() {
        var uri = served((exchange, request) -> answer(exchange, 503, ""));

        assertThatThrownBy(() -> fetch(uri, LONG))
                .cause()
                .isInstanceOf(IOException.class)
                .hasMessage("the answer has status 503");
        assertThat(requests).hasValue(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 302, 404})
    void doesNotAskAgainForWhatWouldBeAnsweredAlike(int status) {
        var uri = served((exchange, request) -> {
            exchange.getResponseHeaders().set("Location", "/jwks");
            exchange.sendResponseHeaders(status, -1);
        });

        assertThatThrownBy(() -> fetch(uri, LONG)).cause().hasMessage("the answer has status " + status);
        assertThat(requests).hasValue(1);
    }

    @Test
    void refusesMoreThanAMebibyte() {
        var uri = served((exchange, request) -> answer(exchange, 200, "x".repeat((1 << 20) + 1)));

        assertThatThrownBy(() -> fetch(uri, LONG)).cause().hasMessage("the answer has more than 1048576 bytes");
        assertThat(requests).hasValue(1);
    }

    @Test
    void doesNotWaitForAnAnswerWithoutAnEnd() {
        var over = new CountDownLatch(1);
        var uri = served((exchange, request) -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            over.await();
        });

        try {
            assertThatThrownBy(() -> fetch(uri, Duration.ofMillis(300)))
                    .cause()
                    .isInstanceOf(TimeoutExceededException.class);
        } finally {
            over.countDown();
        }
    }
}
