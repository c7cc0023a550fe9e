// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import com.workersql.protocol.auth.PasswordVerifier.CachingSha2;
import com.workersql.protocol.auth.PasswordVerifier.Empty;
import com.workersql.protocol.auth.PasswordVerifier.Native;
import com.workersql.protocol.auth.PasswordVerifier.Parsec;
import com.workersql.protocol.auth.PasswordVerifier.Sha256;
import com.workersql.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;

/** Tells the textual forms of verifiers apart. */
final class VerifierText {
    private VerifierText() {}

    /** As {@link PasswordVerifier#parse} says. */
    static PasswordVerifier parse(String text) {
        if (text.isEmpty()) {
            return new Empty();
        }
        if (text.startsWith("0x")) {
            return parse(new String(HexFormat.of().parseHex(text.substring(2)), StandardCharsets.ISO_8859_1));
        }
        if (text.startsWith("*") && text.length() == 41) {
            return new Native(Bytes.of(HexFormat.of().parseHex(text.substring(1).toLowerCase(Locale.ROOT))));
        }
        if (text.startsWith("$A$") && text.length() == 70 && text.charAt(6) == '$') {
            int thousands = Integer.parseInt(text, 3, 6, 16);
            byte[] salt = text.substring(7, 27).getBytes(StandardCharsets.ISO_8859_1);
            return new CachingSha2(Bytes.of(salt), thousands * 1000, text.substring(27));
        }
        if (text.startsWith("$5$") && text.length() == 67 && text.charAt(23) == '$') {
            byte[] salt = text.substring(3, 23).getBytes(StandardCharsets.ISO_8859_1);
            return new Sha256(Bytes.of(salt), text.substring(24));
        }
        String[] parts = text.split(":", -1);
        if (parts.length == 3 && parts[0].matches("P[0-4]")) {
            return new Parsec(
                    parts[0].charAt(1) - '0',
                    Bytes.of(Base64.getDecoder().decode(parts[1])),
                    Bytes.of(Base64.getDecoder().decode(parts[2])));
        }
        throw new IllegalArgumentException("a password verifier of " + text.length()
                + " characters; allowed are $A$005$ with 20 characters of salt and 43 of hash, * with 40 hex digits,"
                + " $5$ with 20 characters of salt and $ with 43 of hash, P0 to P4 with salt and key in Base64,"
                + " any of them in hex behind 0x, or nothing");
    }
}
