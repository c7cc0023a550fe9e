// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.wire.Bytes;
import java.util.HexFormat;

/** Texts of MariaDB's types that are plain bytes in its log. */
public final class MariaDbTypes {
    private static final int UUID_BYTES = 16;
    private static final int INET6_BYTES = 16;
    private static final int INET4_BYTES = 4;
    private static final int INET6_WORDS = 8;
    private static final int MAPPED = 0xFFFF;

    private MariaDbTypes() {}

    /**
     * A value as the server prints it.
     *
     * @param type of the column, as the HTTP API names it; may be null
     * @param bytes as they are in the log
     * @return null when the type is none of these
     */
    public static String text(String type, Bytes bytes) {
        if (type == null) {
            return null;
        }
        return switch (type) {
            case "UUID" -> bytes.length() == UUID_BYTES ? uuid(bytes) : null;
            case "INET6" -> bytes.length() == INET6_BYTES ? inet6(bytes) : null;
            case "INET4" -> bytes.length() == INET4_BYTES ? inet4(bytes, 0) : null;
            default -> null;
        };
    }

    static String uuid(Bytes bytes) {
        var hex = HexFormat.of().formatHex(bytes.toArray());
        return hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-" + hex.substring(12, 16) + "-"
                + hex.substring(16, 20) + "-" + hex.substring(20);
    }

    /** The first of the longest runs of zeros is left out, also where it is one; the forms that hold an IPv4 address end by it. */
    private static String inet6(Bytes bytes) {
        int gap = 0;
        int gapWords = 0;
        int run = 0;
        for (int i = 0; i < INET6_WORDS; i++) {
            run = word(bytes, i) == 0 ? run + 1 : 0;
            if (run > gapWords) {
                gap = i + 1 - run;
                gapWords = run;
            }
        }
        boolean holdsIpv4 = gap == 0
                && (gapWords == INET6_WORDS - 2 || (gapWords == INET6_WORDS - 3 && word(bytes, gapWords) == MAPPED));
        int words = holdsIpv4 ? INET6_WORDS - 2 : INET6_WORDS;
        var text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            if (gapWords > 0 && i == gap) {
                text.append("::");
                i += gapWords - 1;
            } else {
                text.append(i == 0 || text.charAt(text.length() - 1) == ':' ? "" : ":")
                        .append(Integer.toHexString(word(bytes, i)));
            }
        }
        if (holdsIpv4) {
            text.append(text.charAt(text.length() - 1) == ':' ? "" : ":").append(inet4(bytes, 2 * words));
        }
        return text.toString();
    }

    private static int word(Bytes bytes, int i) {
        return bytes.at(2 * i) << 8 | bytes.at(2 * i + 1);
    }

    private static String inet4(Bytes bytes, int at) {
        return bytes.at(at) + "." + bytes.at(at + 1) + "." + bytes.at(at + 2) + "." + bytes.at(at + 3);
    }
}
