// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.aayushatharva.brotli4j.decoder.BrotliInputStream;
import com.github.luben.zstd.ZstdInputStream;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import io.netty.handler.codec.compression.Brotli;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers in the coding that the client takes. */
class CompressedAnswersTest {
    private static final String VALUE = "x".repeat(5_000);

    private final TestDoor door = new TestDoor();

    @AfterEach
    void close() {
        door.close();
    }

    private static InputStream plain(String coding, InputStream bytes) throws IOException {
        return switch (coding) {
            case "br" -> brotli(bytes);
            case "gzip" -> new GZIPInputStream(bytes);
            case "deflate" -> new InflaterInputStream(bytes);
            case "zstd" -> new ZstdInputStream(bytes);
            default -> bytes;
        };
    }

    private static InputStream brotli(InputStream bytes) throws IOException {
        var stream = new BrotliInputStream(bytes);
        stream.enableEagerOutput();
        return stream;
    }

    /** The library has none of its own for some systems. */
    private static void assumeThereIs(String coding) {
        assumeThat(!coding.equals("br") || Brotli.isAvailable()).as(coding).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip | gzip",
                "deflate | deflate",
                "zstd | zstd",
                "gzip, deflate, br, zstd | br",
                "gzip;q=0.5, zstd;q=0 | gzip",
                "gzip; q=0.000, identity | none",
                "br | br",
                "br;q=0.1, zstd;q=0.2 | zstd",
                "br;q=0 | none",
                "identity | none",
                "compress | none",
            })
    void areAsTheClientAsks(String accepted, String coding) throws IOException {
        assumeThereIs(coding);
        door.query("{\"sql\":\"S\"}", "Accept-Encoding: " + accepted + "\r\n");
        door.sessions()
                .latest()
                .reply()
                .columns(ColumnDefinition.of("a", ColumnType.VAR_STRING))
                .row(VALUE)
                .end();

        var bytes = door.receivedBytes();
        var head = new String(bytes, StandardCharsets.ISO_8859_1);
        int body = head.indexOf("\r\n\r\n") + 4;
        if (coding.equals("none")) {
            assertThat(head.substring(0, body)).doesNotContain("content-encoding");
        } else {
            assertThat(head).contains("content-encoding: " + coding + "\r\n").contains("vary: accept-encoding\r\n");
        }
        int length = Integer.parseInt(head.replaceAll("(?s).*content-length: ([0-9]+)\r\n.*", "$1"));
        var json = plain(coding, new ByteArrayInputStream(Arrays.copyOfRange(bytes, body, body + length)));
        assertThat(new String(json.readAllBytes(), StandardCharsets.UTF_8))
                .contains(VALUE)
                .endsWith("\"success\":true}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"br", "gzip", "deflate", "zstd"})
    void comeWhileRowsDo(String coding) throws IOException {
        assumeThereIs(coding);
        door.query("{\"sql\":\"S\"}", "Accept: application/x-ndjson\r\nAccept-Encoding: " + coding + "\r\n");
        var reply = door.sessions().latest().reply().columns(ColumnDefinition.of("a", ColumnType.VAR_STRING));
        var random = new Random(7);
        for (int i = 0; i < 400; i++) {
            var hex = new byte[500];
            random.nextBytes(hex);
            reply.row("row " + i + " " + HexFormat.of().formatHex(hex));
        }

        var early = decoded(coding, dechunked(door.receivedBytes()));
        assertThat(early).contains("row 0 ").contains("row 60 ").doesNotContain("\"success\"");
        reply.end();
        assertThat(door.receivedBytes()).isNotEmpty();
    }

    /** The content of the chunks behind the headers. */
    private static byte[] dechunked(byte[] answer) {
        var text = new String(answer, StandardCharsets.ISO_8859_1);
        var content = new ByteArrayOutputStream();
        for (int at = text.indexOf("\r\n\r\n") + 4; at < text.length(); ) {
            int line = text.indexOf("\r\n", at);
            int length = Integer.parseInt(text.substring(at, line), 16);
            content.write(answer, line + 2, length);
            at = line + 2 + length + 2;
        }
        return content.toByteArray();
    }

    /** What can be read of a stream whose end has not come. */
    private static String decoded(String coding, byte[] bytes) throws IOException {
        var text = new StringBuilder();
        try (var in = plain(coding, new ByteArrayInputStream(bytes))) {
            for (int next = in.read(); next >= 0; next = in.read()) {
                text.append((char) next);
            }
        } catch (IOException e) {
            assertThat(text).as("before %s", e).isNotEmpty();
        }
        return text.toString();
    }
}
