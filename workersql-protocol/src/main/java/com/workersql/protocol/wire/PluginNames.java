// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The names of authentication plugins that nearly every handshake has: reading one of them makes no new text. */
final class PluginNames {
    private static final String[] NAMES = {
        "mysql_native_password",
        "caching_sha2_password",
        "sha256_password",
        "client_ed25519",
        "parsec",
        "auth_gssapi_client"
    };
    private static final byte[][] BYTES = Arrays.stream(NAMES)
            .map(name -> name.getBytes(StandardCharsets.US_ASCII))
            .toArray(byte[][]::new);

    private PluginNames() {}

    /** The name that stands there; UTF-8, what is none becomes U+FFFD. */
    static String read(byte[] from, int index, int length) {
        for (int i = 0; i < BYTES.length; i++) {
            byte[] known = BYTES[i];
            if (known.length == length && Arrays.equals(known, 0, length, from, index, index + length)) {
                return NAMES[i];
            }
        }
        return new String(from, index, length, StandardCharsets.UTF_8);
    }
}
