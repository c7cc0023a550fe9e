// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.NamedEffect;
import com.workersql.router.NamedEffect.Action;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads the names of what a statement creates, takes, opens or ends in its session. */
public final class NamedEffects {

    private final FoldedStatement s;
    private final List<NamedEffect> found = new ArrayList<>(2);

    private NamedEffects(FoldedStatement s) {
        this.s = s;
    }

    /**
     * {@return what a statement does to things of its session that have names, in the order of the text}
     *
     * @param s the statement
     */
    public static List<NamedEffect> of(FoldedStatement s) {
        NamedEffects reader = new NamedEffects(s);
        reader.read();
        return List.copyOf(reader.found);
    }

    private void read() {
        var kind = KindReader.kind(s);
        switch (kind) {
            case CREATE_TEMPORARY_TABLE -> created();
            case DROP_TABLE, DROP_TEMPORARY_TABLE -> dropped();
            case RENAME_TABLE -> add(Action.RENAME_TABLE, null);
            case ALTER_TABLE -> {
                if (KindReader.hasWord(s, Word.RENAME)) {
                    add(Action.RENAME_TABLE, null);
                }
            }
            case HANDLER -> handler();
            case PREPARE -> add(Action.PREPARE, s.isName(1) ? lower(s.name(1)) : null);
            case EXECUTE -> add(Action.EXECUTE, s.isName(1) ? lower(s.name(1)) : null);
            case DEALLOCATE -> add(Action.DEALLOCATE, s.isName(2) ? lower(s.name(2)) : null);
            default -> {}
        }
        expressions();
        SequenceNames.read(s, kind, found);
    }

    private void created() {
        int token = 1;
        while (token < s.tokens() && !s.isWord(token, Word.TABLE) && !s.isWord(token, Word.SEQUENCE)) {
            token++;
        }
        token++;
        if (s.isWord(token, Word.IF)) {
            token += 3;
        }
        add(Action.CREATE_TEMPORARY_TABLE, s.isName(token) ? qualified(token) : null);
    }

    private void dropped() {
        int token = 1;
        while (token < s.tokens()
                && !s.isWord(token, Word.TABLE)
                && !s.isWord(token, Word.TABLES)
                && !s.isWord(token, Word.SEQUENCE)) {
            token++;
        }
        token++;
        if (s.isWord(token, Word.IF)) {
            token += 2;
        }
        while (s.isName(token)) {
            add(Action.DROP_TABLE, qualified(token));
            token += s.isMark(token + 1, '.') ? 3 : 1;
            if (!s.isMark(token, ',')) {
                return;
            }
            token++;
        }
    }

    private String qualified(int token) {
        return s.isMark(token + 1, '.') && s.isName(token + 2)
                ? s.name(token) + "." + s.name(token + 2)
                : s.name(token);
    }

    private void handler() {
        int verb = s.isMark(2, '.') ? 4 : 2;
        if (s.isWord(verb, Word.OPEN)) {
            int last = s.tokens() - 1;
            add(Action.OPEN_HANDLER, lower(last > verb ? s.name(last) : s.name(verb - 1)));
        } else if (s.isWord(verb, Word.CLOSE)) {
            add(Action.CLOSE_HANDLER, lower(s.name(verb - 1)));
        }
    }

    private void expressions() {
        boolean into = false;
        for (int token = 0; token < s.tokens(); token++) {
            into |= s.isWord(token, Word.INTO);
            if (s.kind(token) == Token.USER_VARIABLE && (into || s.isMark(token + 1, Token.ASSIGN))) {
                add(Action.WRITE_USER_VARIABLE, lower(s.name(token)));
            } else if (s.isMark(token + 1, '(')) {
                switch (s.word(token)) {
                    case GET_LOCK -> add(Action.TAKE_LOCK, lockName(token + 2, ','));
                    case RELEASE_LOCK -> add(Action.RELEASE_LOCK, lockName(token + 2, ')'));
                    case RELEASE_ALL_LOCKS -> add(Action.RELEASE_ALL_LOCKS, null);
                    case SERVICE_GET_READ_LOCKS,
                            SERVICE_GET_WRITE_LOCKS,
                            VERSION_TOKENS_LOCK_SHARED,
                            VERSION_TOKENS_LOCK_EXCLUSIVE -> add(Action.TAKE_LOCK, null);
                    default -> {}
                }
            }
        }
    }

    /** Only a plain literal is taken for a name: what a server makes of an escape is the server's to know. */
    private String lockName(int token, char end) {
        // The name of a tenant's lock, as it is sent with its prefix.
        if (s.text(token).equalsIgnoreCase("CONCAT") && s.isMark(token + 1, '(') && s.isMark(token + 6, end)) {
            String prefix = lockName(token + 2, ',');
            String name = lockName(token + 4, ')');
            return prefix == null || name == null ? null : prefix + name;
        }
        if (s.kind(token) != Token.STRING || !s.isMark(token + 1, end)) {
            return null;
        }
        String literal = s.text(token);
        String inner = literal.substring(1, literal.length() - 1);
        boolean plain = inner.chars().allMatch(c -> c >= ' ' && c < 0x7F && c != '\\' && c != '\'' && c != '"');
        return plain ? lower(inner) : null;
    }

    private void add(Action action, String name) {
        found.add(new NamedEffect(action, name));
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
