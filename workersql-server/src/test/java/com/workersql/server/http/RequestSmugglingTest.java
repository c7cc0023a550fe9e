// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests of which two servers in a row might disagree where they end. Each is followed by a request that must not be seen: the
 * answer is one refusal, and the connection closes.
 */
class RequestSmugglingTest {
    private static final String SMUGGLED = "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n";

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
            })
    void refusesAndCloses(String request) {
        try (var door = new TestDoor()) {
            door.send(request.replace("|", "\r\n") + SMUGGLED);

            var received = door.received();
            assertThat(received).matches("(?s)HTTP/1\\.1 (400|413) .*").contains("connection: close\r\n");
            assertThat(received).doesNotContain("alive").containsOnlyOnce("HTTP/1.1 4");
            assertThat(door.isOpen()).isFalse();
            assertThat(door.sessions().statements()).isEmpty();
        }
    }
}
