// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it.differential;

/** Values of keys as statements write them: plain ones, and those that a server takes for another value than they seem to be. */
final class KeyLiterals {
    private static final String[] INTEGERS = {
        "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "-1", "-2", "-3", "10", "11", "12"
    };
    private static final String[] ODD_INTEGERS = {
        "'3'",
        "3.0",
        "3e0",
        "'3x'",
        "' 3'",
        "0x03",
        "-0",
        "99999999999999999999",
        "TRUE",
        "NULL",
        "'-1'",
        "2.5",
        "'03'",
        "x'33'",
        "b'11'",
        "(3)",
        "1 + 2",
        "- 2",
        "'9007199254740993'",
        "18446744073709551615",
        "_utf8mb4'3'",
        "''"
    };
    private static final String[] TEXTS = {
        "'a'", "'b'", "'A'", "'ss'", "'a '", "'B  '", "'c'", "'abc'", "'ABC'", "'x''y'"
    };
    private static final String[] ODD_TEXTS = {
        "'ä'",
        "'Ä'",
        "'ß'",
        "'é'",
        "'e\u0301'",
        "'ﬀ'",
        "'ff'",
        "'Å'",
        "'😀'",
        "'ａ'",
        "'\u00a0'",
        "''",
        "' a'",
        "'\\ta'",
        "5",
        "NULL",
        "0x61",
        "_utf8mb4'a'",
        "_latin1'a'",
        "'a' 'b'",
        "CONCAT('a', '')",
        "'ŀ'",
        "'l·'",
        "'ñ'",
        "'n'",
        "'Ⅳ'",
        "'1'",
        "'①'",
        "'a\u200b'",
        "'\u00ada'"
    };

    private KeyLiterals() {}

    /** A plain one. */
    static String plain(RandomStatements words, boolean isText) {
        return words.pick(isText ? TEXTS : INTEGERS);
    }

    /** Of any kind. */
    static String any(RandomStatements words, boolean isText) {
        return words.chance(isText ? 25 : 12) ? words.pick(isText ? ODD_TEXTS : ODD_INTEGERS) : plain(words, isText);
    }
}
