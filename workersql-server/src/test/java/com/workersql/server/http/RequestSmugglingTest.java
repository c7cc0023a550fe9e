// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests of which two servers in a row might disagree where they end, over sockets. Each is followed by a request that must not
 * be seen: the answer is one refusal, and the connection closes, also when the bytes come one by one.
 */
class RequestSmugglingTest {
    private static final String SMUGGLED = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n";

    private static SocketDoor door;

    @BeforeAll
    static void open() {
        door = new SocketDoor();
    }

    @AfterAll
    static void close() {
        door.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /sql HTTP/1.1|Host: h|Content-Length: 5|Transfer-Encoding: chunked||0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked|Content-Length: 5||0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked, identity||0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: identity, chunked||0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked, xchunked||0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: xchunked||0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: gzip, chunked||0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked|Transfer-Encoding: chunked||0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked|Transfer-Encoding: identity||0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: \u000bchunked||0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding : chunked||0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding||0||",
                "POST /sql HTTP/1.0|Host: h|Transfer-Encoding: chunked||0||",
                "POST /sql HTTP/1.1|Host: h|Content-Length: 5|Content-Length: 5||abcde",
                "POST /sql HTTP/1.1|Host: h|Content-Length: 5|Content-Length: 6||abcde",
                "POST /sql HTTP/1.1|Host: h|Content-Length: 5, 5||abcde",
                "POST /sql HTTP/1.1|Host: h|Content-Length: +5||abcde",
                "POST /sql HTTP/1.1|Host: h|Content-Length: -5||abcde",
                "POST /sql HTTP/1.1|Host: h|Content-Length: 0x5||abcde",
                "POST /sql HTTP/1.1|Host: h|Content-Length: 5 5||abcde",
                "POST /sql HTTP/1.1|Host: h|Content-Length:||abcde",
                "POST /sql HTTP/1.1|Host: h|Content-Length: 99999999999999999999||abcde",
                "POST /sql HTTP/1.1|Host: h|Content-Length : 5||abcde",
                "POST /sql HTTP/1.1|Host: h|X: a\u0000b|Content-Length: 5||abcde",
                "POST /sql HTTP/1.1|Host: h|X: a\rb|Content-Length: 5||abcde",
                "POST /sql HTTP/1.1\nHost: h\nContent-Length: 5\n\nabcde",
                "POST /sql HTTP/1.1|Host: h\nContent-Length: 5||abcde",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked||100000004|abcd|0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked||5\nabcde|0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked||5;a=\"\n\"|abcde|0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked||5|abcdeXX0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked||+5|abcde|0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked||-5|abcde|0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked||0x5|abcde|0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked||5 5|abcde|0||",
                "POST /sql HTTP/1.1|Host: h|Host: i|Content-Length: 5||abcde",
                "POST /sql HTTP/1.1|Content-Length: 5||abcde",
                "POST /sql HTTP/1.2|Host: h|Content-Length: 5||abcde",
                "POST /sql HTTP/2.0|Host: h|Content-Length: 5||abcde",
                "POST /sql a HTTP/1.1|Host: h|Content-Length: 5||abcde",
                "POST /sql|Host: h|Content-Length: 5||abcde",
                "PO(ST /sql HTTP/1.1|Host: h|Content-Length: 5||abcde",
                "POST /sql HTTP/1.1|Ho st: h|Content-Length: 5||abcde",
                "POST /sql HTTP/1.1|Host: h|: x|Content-Length: 5||abcde",
                "POST /sql HTTP/1.1|Host: h|nocolon|Content-Length: 5||abcde",
                "\u0001POST /sql HTTP/1.1|Host: h|Content-Length: 5||abcde",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000|",
                "POST /sql HTTP/1.1|Host: h|Content-Length:| 5||abcde",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding:| chunked||0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chu| nked||0||",
                "POST /sql HTTP/1.1| Host: h|Content-Length: 5||abcde",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked||5;a=b\rc|abcde|0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked||5;a\n|abcde|0||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked||0|X: a\nY: b||",
                "POST /sql HTTP/1.1|Host: h|Transfer-Encoding: chunked||0|nocolon||",
                "POST http://a/sql HTTP/1.1|Host: h|Host: a|Content-Length: 5||abcde",
                "POST /s ql HTTP/1.1|Host: h|Content-Length: 5||abcde",
            })
    void refusesAndCloses(String request) throws IOException {
        var bytes = request.replace("|", "\r\n") + SMUGGLED;
        for (int partBytes : new int[] {bytes.length(), 1}) {
            var received = door.untilClosed(bytes, partBytes);

            assertThat(received).matches("(?s)HTTP/1\\.1 (400|413) .*").contains("connection: close\r\n");
            assertThat(received).doesNotContain("alive").containsOnlyOnce("HTTP/1.1 4");
        }
        assertThat(door.statements()).isEmpty();
    }

    /** RFC 9112 lets a server put a blank in a fold's place, where it does not refuse it; no length and no coding may have one. */
    @Test
    void takesAFoldedHeaderForOne() throws IOException {
        var received = door.untilClosed(
                "POST /sql HTTP/1.1\r\nHost: h\r\nX: a\r\n Content-Length: 0\r\nContent-Length: 5\r\n\r\nabcde"
                        + SMUGGLED.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"),
                1_000);

        assertThat(received)
                .startsWith("HTTP/1.1 401 ")
                .contains("HTTP/1.1 200 ")
                .containsOnlyOnce("alive");
    }
}
