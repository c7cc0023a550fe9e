// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.util.Locale;

/**
 * How the bytes of a statement group into characters, as far as a lexer has to know: in some character sets the second
 * byte of a character may look like a backslash, a backtick or a bar.
 */
public enum ClientCharset {
    /** UTF-8: every byte of a longer character is above 0x7F, and none of them is white space. */
    UTF8,
    /** A set in which every byte below 0x80 stands for itself: latin1, the other ISO and code page sets, EUC sets. */
    ASCII_SAFE,
    /** sjis and cp932. */
    SJIS,
    /** gbk. */
    GBK,
    /** big5. */
    BIG5,
    /** gb18030. */
    GB18030;

    /**
     * {@return the grouping of a MySQL character set}
     *
     * @param name MySQL's name of the character set, or of one of its collations, in any case
     * @throws IllegalArgumentException for a set whose bytes are not known here; a client cannot use it
     */
    public static ClientCharset named(String name) {
        String charset = name.toLowerCase(Locale.ROOT);
        int end = charset.indexOf('_');
        if (end >= 0) {
            charset = charset.substring(0, end);
        }
        return switch (charset) {
            case "utf8", "utf8mb3", "utf8mb4" -> UTF8;
            case "sjis", "cp932" -> SJIS;
            case "gbk" -> GBK;
            case "big5" -> BIG5;
            case "gb18030" -> GB18030;
            case "armscii8",
                    "ascii",
                    "binary",
                    "cp1250",
                    "cp1251",
                    "cp1256",
                    "cp1257",
                    "cp850",
                    "cp852",
                    "cp866",
                    "dec8",
                    "eucjpms",
                    "euckr",
                    "gb2312",
                    "geostd8",
                    "greek",
                    "hebrew",
                    "hp8",
                    "keybcs2",
                    "koi8r",
                    "koi8u",
                    "latin1",
                    "latin2",
                    "latin5",
                    "latin7",
                    "macce",
                    "macroman",
                    "swe7",
                    "tis620",
                    "ujis" -> ASCII_SAFE;
            default -> throw new IllegalArgumentException("no client character set is named " + name);
        };
    }
}
