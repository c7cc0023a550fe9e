// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.value.Collations;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** From a collation's id to a charset of the JDK. */
final class CollationCharset {
    private static final Charset UTF_32 = Charset.forName("UTF-32BE");

    private CollationCharset() {}

    /** The charset; UTF-8 for what is unknown, or what the JDK does not have. */
    static Charset of(int collationId) {
        String characterSet = Collations.characterSet(collationId);
        return characterSet == null ? StandardCharsets.UTF_8 : of(characterSet);
    }

    private static Charset of(String characterSet) {
        return switch (characterSet) {
            case "ucs2", "utf16" -> StandardCharsets.UTF_16BE;
            case "utf16le" -> StandardCharsets.UTF_16LE;
            case "utf32" -> UTF_32;
            case "binary" -> StandardCharsets.ISO_8859_1;
            case "latin1" -> named("windows-1252");
            case "latin2" -> named("ISO-8859-2");
            case "hebrew" -> named("ISO-8859-8");
            case "greek" -> named("ISO-8859-7");
            case "latin5" -> named("ISO-8859-9");
            case "latin7" -> named("ISO-8859-13");
            case "cp1250", "cp1251", "cp1256", "cp1257" -> named("windows-" + characterSet.substring(2));
            case "cp850", "cp852", "cp866" -> named("IBM" + characterSet.substring(2));
            case "koi8r" -> named("KOI8-R");
            case "koi8u" -> named("KOI8-U");
            case "macce" -> named("x-MacCentralEurope");
            case "macroman" -> named("x-MacRoman");
            case "big5" -> named("Big5-HKSCS");
            case "sjis" -> named("Shift_JIS");
            case "cp932" -> named("windows-31j");
            case "ujis", "eucjpms" -> named("EUC-JP");
            case "euckr" -> named("EUC-KR");
            case "gb2312" -> named("GB2312");
            case "gbk" -> named("GBK");
            case "gb18030" -> named("GB18030");
            case "tis620" -> named("TIS-620");
            default -> StandardCharsets.UTF_8;
        };
    }

    private static Charset named(String name) {
        return Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.UTF_8;
    }
}
