// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * From a collation's id to a charset of the JDK. Ids: {@code information_schema.collations} of MySQL 9.7 and MariaDB 11.4; MariaDB's
 * collations without padding have the id of their sibling plus 1024, its UCA 14 collations lie at 2048 plus 256 for each charset.
 */
final class CollationCharset {
    private static final Charset UTF_32 = Charset.forName("UTF-32BE");

    private CollationCharset() {}

    /** The charset; UTF-8 for what is unknown, or what the JDK does not have. */
    static Charset of(int collationId) {
        if (collationId >= 2048) {
            return switch ((collationId - 2048) / 256) {
                case 2, 3 -> StandardCharsets.UTF_16BE;
                case 4 -> UTF_32;
                default -> StandardCharsets.UTF_8;
            };
        }
        int id = collationId >= 1024 ? collationId - 1024 : collationId;
        if (within(id, 101, 124) || within(id, 128, 151)) {
            return StandardCharsets.UTF_16BE;
        }
        if (within(id, 160, 183)) {
            return UTF_32;
        }
        return switch (id) {
            case 35, 54, 55, 90, 159 -> StandardCharsets.UTF_16BE;
            case 56, 62 -> StandardCharsets.UTF_16LE;
            case 60, 61 -> UTF_32;
            case LogColumn.BINARY -> StandardCharsets.ISO_8859_1;
            case 5, 8, 15, 31, 47, 48, 49, 94 -> named("windows-1252");
            case 2, 9, 21, 27, 77 -> named("ISO-8859-2");
            case 16, 71 -> named("ISO-8859-8");
            case 25, 70 -> named("ISO-8859-7");
            case 30, 78 -> named("ISO-8859-9");
            case 20, 41, 42, 79 -> named("ISO-8859-13");
            case 26, 34, 44, 66, 99 -> named("windows-1250");
            case 14, 23, 50, 51, 52 -> named("windows-1251");
            case 57, 67 -> named("windows-1256");
            case 29, 58, 59 -> named("windows-1257");
            case 4, 80 -> named("IBM850");
            case 40, 81 -> named("IBM852");
            case 36, 68 -> named("IBM866");
            case 7, 74 -> named("KOI8-R");
            case 22, 75 -> named("KOI8-U");
            case 1, 84 -> named("Big5-HKSCS");
            case 13, 88 -> named("Shift_JIS");
            case 95, 96 -> named("windows-31j");
            case 12, 91, 97, 98 -> named("EUC-JP");
            case 19, 85 -> named("EUC-KR");
            case 24, 86 -> named("GB2312");
            case 28, 87 -> named("GBK");
            case 248, 249, 250 -> named("GB18030");
            case 18, 89 -> named("TIS-620");
            default -> StandardCharsets.UTF_8;
        };
    }

    private static boolean within(int id, int first, int last) {
        return id >= first && id <= last;
    }

    private static Charset named(String name) {
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    }
}
