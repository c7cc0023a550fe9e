// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS, and which HTTP is spoken behind it, by the JDK's clients. */
class HttpsClientsIT {
    @TempDir
    private static Path directory;

    private static Fleet fleet;
    private static SSLContext trust;

    @BeforeAll
    static void start() throws Exception {
        var certificate = OwnCertificate.make(directory);
        trust = certificate.forClient();
        var tls = certificate.forGateway();
        fleet = Fleet.start(config -> config.toBuilder().tls(tls).build());
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static HttpClient client(HttpClient.Version version) {
        return HttpClient.newBuilder()
                .sslContext(trust)
                .version(version)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    private static HttpRequest statement(String scheme, String sql) {
        var http = new Http(fleet, "acme");
        int port = fleet.gateway().httpAddress().getPort();
        return HttpRequest.newBuilder(URI.create(scheme + "://127.0.0.1:" + port + "/v1/query"))
                .header("Authorization", http.authorization())
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"" + sql + "\",\"rows\":\"array\"}"))
                .build();
    }

    private static void assertIs(HttpResponse<String> answer, HttpClient.Version version, String data) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.version()).isEqualTo(version);
        assertThat(Http.object(answer.body()).get("data")).hasToString(data);
    }

    @Test
    void speaksHttp2WithAClientThatOffersIt() throws Exception {
        var answer = client(HttpClient.Version.HTTP_2)
                .send(statement("https", "SELECT 1"), HttpResponse.BodyHandlers.ofString());

        assertIs(answer, HttpClient.Version.HTTP_2, "[[1]]");
    }

    @Test
    void speaksHttp1WithAClientThatOffersNoMore() throws Exception {
        var answer = client(HttpClient.Version.HTTP_1_1)
                .send(statement("https", "SELECT 1"), HttpResponse.BodyHandlers.ofString());

        assertIs(answer, HttpClient.Version.HTTP_1_1, "[[1]]");
    }

    @Test
    void runsManyStatementsOfOneHttp2ClientSideBySide() {
        var client = client(HttpClient.Version.HTTP_2);
        var answers = IntStream.range(0, 40)
                .mapToObj(i -> client.sendAsync(
                        statement("https", "SELECT " + i + ", REPEAT('x', 20000)"),
                        HttpResponse.BodyHandlers.ofString()))
                .toList();
        for (int i = 0; i < answers.size(); i++) {
            CompletableFuture<HttpResponse<String>> answer = answers.get(i);
            assertIs(answer.join(), HttpClient.Version.HTTP_2, "[[" + i + ", " + "x".repeat(20_000) + "]]");
        }
    }

    /** The client is still sending when the answer comes; it must not take that for an answer that broke off. */
    @Test
    void tellsAClientThatItsStatementIsTooLong() throws Exception {
        var answer = client(HttpClient.Version.HTTP_2)
                .send(statement("https", "x".repeat(3 << 20)), HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.body()).contains("http.max_body_bytes");
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void answersHeadByHeadersAlone(HttpClient.Version version) throws Exception {
        var address =
                URI.create("https://127.0.0.1:" + fleet.gateway().httpAddress().getPort() + "/livez");
        var answer = client(version)
                .send(
                        HttpRequest.newBuilder(address)
                                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.version()).isEqualTo(version);
        assertThat(answer.headers().firstValue("content-length")).contains("18");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void answersByHttp1WhereAClientAsksForAnUpgradeWithoutTls() throws Exception {
        var answer = client(HttpClient.Version.HTTP_2)
                .send(statement("http", "SELECT 1"), HttpResponse.BodyHandlers.ofString());

        assertIs(answer, HttpClient.Version.HTTP_1_1, "[[1]]");
    }

    @ParameterizedTest
    @CsvSource({"'',''", "http/1.1,http/1.1", "http/1.1 h2,h2", "h2,h2", "spdy/3,''", "spdy/3 http/1.1,http/1.1"})
    void choosesAmongWhatAClientOffers(String offered, String chosen) throws Exception {
        int port = fleet.gateway().httpAddress().getPort();
        try (var socket = (SSLSocket) trust.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            var parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(offered.isEmpty() ? new String[0] : offered.split(" ", -1));
            socket.setSSLParameters(parameters);
            socket.startHandshake();

            assertThat(socket.getApplicationProtocol()).isEqualTo(chosen);
            if (!chosen.equals("h2")) {
                socket.getOutputStream()
                        .write("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 200 OK\r\n");
            }
        }
    }
}
