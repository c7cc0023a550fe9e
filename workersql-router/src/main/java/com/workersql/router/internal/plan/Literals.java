// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.ParameterValue;
import com.workersql.router.Statement;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import java.util.ArrayList;
import java.util.List;

/** The values that stand in a slot of a statement. */
final class Literals {

    private Literals() {}

    /** {@return the values of a slot in order; null among them where one cannot be told} */
    static List<ParameterValue> of(Statement statement, FoldedStatement s, int slot) {
        List<ParameterValue> values = new ArrayList<>();
        for (int literal = 0; literal < s.literals(); literal++) {
            if (s.literalSlot(literal) == slot) {
                values.add(value(statement, s, literal));
            }
        }
        return values;
    }

    /** {@return the value of a literal; null where it cannot be told} */
    static ParameterValue at(Statement statement, FoldedStatement s, int literal) {
        return value(statement, s, literal);
    }

    private static ParameterValue value(Statement statement, FoldedStatement s, int literal) {
        return switch (s.literalKind(literal)) {
            case Token.PARAMETER -> parameter(statement, s.literalParameter(literal));
            case Token.INTEGER, Token.DECIMAL -> number(s, literal);
            case Token.STRING ->
                text(s.literalText(literal), statement.context().noBackslashEscapes());
            default -> null;
        };
    }

    private static ParameterValue parameter(Statement statement, int index) {
        boolean given =
                statement.parameters() != null && index < statement.parameters().count();
        return given ? statement.parameters().get(index) : null;
    }

    private static ParameterValue text(String literal, boolean noBackslashEscapes) {
        String text = unquoted(literal, noBackslashEscapes);
        return text == null ? null : new ParameterValue.Text(text);
    }

    private static ParameterValue number(FoldedStatement s, int literal) {
        String text = s.literalText(literal);
        if (s.literalNegative(literal)) {
            // The text begins at the sign, with any white space or comment between it and the digits.
            int digits = text.length();
            while (digits > 0 && (Character.isDigit(text.charAt(digits - 1)) || text.charAt(digits - 1) == '.')) {
                digits--;
            }
            text = "-" + text.substring(digits);
        }
        if (s.literalKind(literal) == Token.INTEGER && text.length() <= 18) {
            return new ParameterValue.SignedInteger(Long.parseLong(text));
        }
        return new ParameterValue.Decimal(text);
    }

    /** {@return the string of a literal; null where it holds anything but ASCII, or escapes that take a server to read} */
    static String unquoted(String literal, boolean noBackslashEscapes) {
        char quote = literal.charAt(0);
        StringBuilder text = new StringBuilder(literal.length());
        for (int i = 1; i < literal.length() - 1; i++) {
            char c = literal.charAt(i);
            if (c >= 0x80) {
                return null;
            }
            if (c == quote) {
                i++;
            } else if (c == '\\' && !noBackslashEscapes) {
                i++;
                switch (literal.charAt(i)) {
                    case 'n' -> c = '\n';
                    case 't' -> c = '\t';
                    case 'r' -> c = '\r';
                    case '\'', '"', '\\' -> c = literal.charAt(i);
                    default -> {
                        return null;
                    }
                }
            }
            text.append(c);
        }
        return text.toString();
    }
}
