// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.LocalAction;
import com.workersql.router.LocalAction.Assignment;
import com.workersql.router.LocalAction.Scope;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.router.internal.classify.Verdict.Route;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads SET of variables, NAMES and CHARACTER SET into assignments. */
final class SetReader {

    private final FoldedStatement s;
    private final List<Assignment> assignments = new ArrayList<>();

    private SetReader(FoldedStatement s) {
        this.s = s;
    }

    static Verdict read(FoldedStatement s, StatementInfo info) {
        if (s.isWord(1, Word.STATEMENT) && !s.isMark(2, '=')) {
            return Verdict.route(info, Route.ANALYSE);
        }
        if (s.isInvalid() || s.parameters() > 0 || info.has(SessionEffect.SEQUENCE)) {
            return Verdict.route(info, Route.ANALYSE);
        }
        for (int token = 1; token < s.tokens(); token++) {
            // A query, or a function of a schema, reads tables: the analysis has to see them.
            if (s.isWord(token, Word.SELECT) || (s.isMark(token, '(') && s.isMark(token - 2, '.'))) {
                return Verdict.route(info, Route.ANALYSE);
            }
        }
        SetReader reader = new SetReader(s);
        return reader.assignments()
                ? Verdict.local(info, new LocalAction.SetVariables(reader.assignments))
                : Verdict.route(info, Route.ANALYSE);
    }

    private boolean assignments() {
        int token = 1;
        while (token < s.tokens()) {
            int end = endOfAssignment(token);
            if (end == token || !assignment(token, end)) {
                return false;
            }
            if (end == s.tokens()) {
                return true;
            }
            token = end + 1;
        }
        return false;
    }

    private int endOfAssignment(int from) {
        int depth = 0;
        for (int token = from; token < s.tokens(); token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (s.isMark(token, ')')) {
                depth--;
            } else if (depth == 0 && s.isMark(token, ',')) {
                return token;
            }
        }
        return s.tokens();
    }

    private boolean assignment(int from, int end) {
        if (s.isWord(from, Word.NAMES) && !s.isMark(from + 1, '=')) {
            return names(from, end);
        }
        boolean characterSet = s.isWord(from, Word.CHARACTER) && s.isWord(from + 1, Word.SET);
        if (characterSet || s.isWord(from, Word.CHARSET)) {
            int value = characterSet ? from + 2 : from + 1;
            if (s.isMark(value, '=')) {
                value++;
            }
            return value + 1 == end && add(Scope.CHARACTER_SET, "character set", value, end);
        }
        int name = from;
        if ((s.isWord(name, Word.SESSION) || s.isWord(name, Word.LOCAL)) && s.isName(name + 1)) {
            name++;
        }
        Scope scope = Scope.SESSION;
        String variable;
        int sign = name + 1;
        if (s.kind(name) == Token.USER_VARIABLE) {
            scope = Scope.USER;
            variable = s.name(name);
        } else if (s.kind(name) == Token.SYSTEM_VARIABLE) {
            String text = s.text(name).substring(2).replace("`", "");
            if (s.isMark(sign, '.') && s.isName(sign + 1)) {
                text = s.name(sign + 1);
                sign += 2;
            }
            variable = text;
        } else if (s.isName(name)) {
            variable = s.name(name);
            while (s.isMark(sign, '.') && s.isName(sign + 1)) {
                variable += "." + s.name(sign + 1);
                sign += 2;
            }
        } else {
            return false;
        }
        if (variable.isEmpty() || !(s.isMark(sign, '=') || s.isMark(sign, Token.ASSIGN)) || sign + 1 >= end) {
            return false;
        }
        return add(scope, variable.toLowerCase(Locale.ROOT), sign + 1, end);
    }

    private boolean names(int from, int end) {
        int value = from + 1;
        if (value >= end || !isSimple(value)) {
            return false;
        }
        add(Scope.NAMES, "names", value, value + 1);
        if (value + 1 == end) {
            return true;
        }
        return s.isWord(value + 1, Word.COLLATE)
                && value + 3 == end
                && isSimple(value + 2)
                && add(Scope.NAMES, "names collate", value + 2, end);
    }

    private boolean isSimple(int token) {
        return s.isName(token) || s.kind(token) == Token.STRING || Token.isValue(s.kind(token));
    }

    private boolean add(Scope scope, String name, int from, int end) {
        boolean signed = (s.isMark(from, '-') || s.isMark(from, '+')) && from + 2 == end;
        boolean literal = (from + 1 == end && isSimple(from)) || (signed && Token.isValue(s.kind(from + 1)));
        assignments.add(new Assignment(scope, name, s.text(s.start(from), s.end(end - 1)), literal));
        return true;
    }
}
