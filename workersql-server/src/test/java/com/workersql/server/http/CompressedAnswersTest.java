// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.ZstdInputStream;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
            case "gzip" -> new GZIPInputStream(bytes);
            case "deflate" -> new InflaterInputStream(bytes);
            case "zstd" -> new ZstdInputStream(bytes);
            default -> bytes;
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "gzip | gzip",
                "deflate | deflate",
                "zstd | zstd",
                "gzip, deflate, br, zstd | zstd",
                "gzip;q=0.5, zstd;q=0 | gzip",
                "gzip; q=0.000, identity | none",
                // Its library is no part of the gateway.
                "br | none",
                "identity | none",
                "compress | none",
            })
    void areAsTheClientAsks(String accepted, String coding) throws IOException {
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
}
