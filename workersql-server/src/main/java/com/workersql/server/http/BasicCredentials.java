// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * User and password of an {@code Authorization: Basic} header (RFC 7617, UTF-8).
 *
 * @param user the name
 * @param password the password's bytes
 */
@SuppressWarnings("ArrayRecordComponent") // A value that is handed through; nobody compares two of them.
record BasicCredentials(String user, byte[] password) implements Credentials {
    private static final String SCHEME = "Basic ";

    /** Reads a header; null when it is missing, of another scheme or malformed. */
    static BasicCredentials parse(String header) {
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        byte[] decoded;
        try {
            decoded =
                    Base64.getDecoder().decode(header.substring(SCHEME.length()).strip());
        } catch (IllegalArgumentException e) {
            return null;
        }
        for (int i = 0; i < decoded.length; i++) {
            if (decoded[i] == ':') {
                return new BasicCredentials(
                        new String(decoded, 0, i, StandardCharsets.UTF_8),
                        Arrays.copyOfRange(decoded, i + 1, decoded.length));
            }
        }
        return null;
    }

    /** The same with percent escapes taken for what they stand for; null when there are none, or one is malformed. */
    BasicCredentials percentDecoded() {
        var text = new String(password, StandardCharsets.UTF_8);
        if (user.indexOf('%') < 0 && text.indexOf('%') < 0) {
            return null;
        }
        try {
            return new BasicCredentials(decode(user), decode(text).getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** A plus is a plus here, and no space. */
    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "BasicCredentials[" + user + "]";
    }
}
