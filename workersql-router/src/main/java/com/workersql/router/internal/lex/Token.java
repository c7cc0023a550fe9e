// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.lex;

/** The kinds of tokens, as small numbers: tokens are kept in arrays, not in objects. */
public final class Token {

    /** The end of the text. */
    public static final int END = 0;
    /** A name or keyword without quotes; the code is the {@link Word}'s ordinal. */
    public static final int WORD = 1;
    /** A name in quotes. */
    public static final int QUOTED = 2;
    /** An integer. */
    public static final int INTEGER = 3;
    /** A number with a point. */
    public static final int DECIMAL = 4;
    /** A number with an exponent. */
    public static final int FLOAT = 5;
    /** A string. */
    public static final int STRING = 6;
    /** A hexadecimal literal. */
    public static final int HEX = 7;
    /** A bit literal. */
    public static final int BIT = 8;
    /** A placeholder. */
    public static final int PARAMETER = 9;
    /** An operator or a mark; the code is its first byte plus the others shifted. */
    public static final int MARK = 10;
    /** A user variable, also the host part of an account. */
    public static final int USER_VARIABLE = 11;
    /** A system variable with {@code @@}, of which only the sign and, if adjacent, the first name. */
    public static final int SYSTEM_VARIABLE = 12;
    /** {@code \N}. */
    public static final int NULL_ESCAPE = 13;
    /** Bytes that no server reads as SQL, or that two servers read in two ways. */
    public static final int INVALID = 14;

    /** {@code :=}. */
    public static final int ASSIGN = ':' | '=' << 8;
    /** {@code <=>}. */
    public static final int NULL_SAFE_EQUAL = '<' | '=' << 8 | '>' << 16;

    private Token() {}

    /** {@return whether the kind is a literal or a placeholder} */
    public static boolean isValue(int kind) {
        return kind >= INTEGER && kind <= PARAMETER;
    }
}
