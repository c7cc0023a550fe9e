// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsoleTest {
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href|fetch\\(|post\\()=?\"([^\"]+)\"");

    private final TestDoor door = new TestDoor();

    @AfterEach
    void close() {
        door.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/console,text/html",
        "/console/,text/html",
        "/console/console.js,text/javascript",
        "/console/console.css,text/css"
    })
    void isServedToEverybodyAndRunsNothingOfOthers(String path, String type) {
        var answer = door.get(path).received();

        assertThat(answer)
                .startsWith("HTTP/1.1 200 ")
                .contains("content-type: " + type + "; charset=utf-8\r\n")
                .contains("content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'")
                .contains("frame-ancestors 'none'")
                .contains("x-content-type-options: nosniff\r\n");
    }

    @Test
    void refersToNothingThatTheGatewayDoesNotServe() {
        for (var path : new String[] {"/console/", "/console/console.js", "/console/console.css"}) {
            var content = door.get(path).received();
            assertThat(content.substring(content.indexOf("\r\n\r\n")))
                    .doesNotContain("//cdn")
                    .doesNotContain("http:");
            var references = REFERENCE.matcher(content);
            while (references.find()) {
                var served = door.operations();
                assertThat(served).containsAnyOf("GET " + references.group(1), "POST " + references.group(1));
            }
        }
    }

    @Test
    void putsTextIntoThePageAndNoMarkup() {
        assertThat(door.get("/console/console.js").received())
                .contains("textContent")
                .doesNotContain("innerHTML")
                .doesNotContain("insertAdjacentHTML")
                .doesNotContain("document.write")
                .doesNotContain("eval(")
                .doesNotContain("localStorage");
        assertThat(door.get("/console/").received())
                .doesNotContain(" style=")
                .doesNotContain(" onclick=")
                .doesNotContain("<script>");
    }
}
