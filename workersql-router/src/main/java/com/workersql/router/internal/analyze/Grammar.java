// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.ServerFlavor;
import com.workersql.router.internal.lex.FoldedStatement;
import io.debezium.antlr.CaseChangingCharStream;
import io.debezium.ddl.parser.mariadb.generated.MariaDBLexer;
import io.debezium.ddl.parser.mariadb.generated.MariaDBParser;
import io.debezium.ddl.parser.mysql.generated.MySqlLexer;
import io.debezium.ddl.parser.mysql.generated.MySqlParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.antlr.v4.runtime.BailErrorStrategy;
import org.antlr.v4.runtime.BaseErrorListener;
import org.antlr.v4.runtime.CharStream;
import org.antlr.v4.runtime.CharStreams;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Lexer;
import org.antlr.v4.runtime.Parser;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.RecognitionException;
import org.antlr.v4.runtime.Recognizer;
import org.antlr.v4.runtime.atn.ATN;
import org.antlr.v4.runtime.atn.LexerATNSimulator;
import org.antlr.v4.runtime.atn.ParserATNSimulator;
import org.antlr.v4.runtime.atn.PredictionContextCache;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.antlr.v4.runtime.dfa.DFA;
import org.antlr.v4.runtime.misc.ParseCancellationException;

/**
 * The parser library: MySQL's grammar for both families, since it understands more of what they share, and MariaDB's for
 * what is MariaDB's own.
 *
 * <p>ANTLR remembers every prediction, by itself in static caches that only grow. Here they are a grammar's own and are
 * replaced by empty ones after so many tokens. Safe for any thread: a parse keeps the caches that it began with.
 */
public final class Grammar {

    /** Statements of more tokens are not parsed; folding leaves few that are longer. */
    static final int MAX_TOKENS = 20_000;

    /** A prediction's state is remembered for a token at most; so this bounds the caches, to some tens of megabytes. */
    private static final int TOKENS_BETWEEN_CLEARINGS = 200_000;

    private final AtomicInteger tokens = new AtomicInteger();
    private volatile Caches mySqlCaches = Caches.of(MySqlLexer._ATN, MySqlParser._ATN);
    private volatile Caches mariaDbCaches = Caches.of(MariaDBLexer._ATN, MariaDBParser._ATN);

    /** What ANTLR remembers of one grammar. */
    private record Caches(List<DFA> lexer, List<DFA> parser, PredictionContextCache contexts) {
        static Caches of(ATN lexer, ATN parser) {
            return new Caches(empty(lexer), empty(parser), new PredictionContextCache());
        }

        private static List<DFA> empty(ATN atn) {
            List<DFA> caches = new ArrayList<>(atn.getNumberOfDecisions());
            for (int decision = 0; decision < atn.getNumberOfDecisions(); decision++) {
                caches.add(new DFA(atn.getDecisionState(decision), decision));
            }
            return caches;
        }

        void serve(Lexer reader, Parser reading) {
            reader.setInterpreter(new LexerATNSimulator(reader, reader.getATN(), lexer.toArray(DFA[]::new), contexts));
            ParserATNSimulator simulator =
                    new ParserATNSimulator(reading, reading.getATN(), parser.toArray(DFA[]::new), contexts);
            simulator.setPredictionMode(PredictionMode.SLL);
            reading.setInterpreter(simulator);
        }
    }

    /**
     * What a parse gave.
     *
     * @param root the tree
     * @param rules the names of the grammar's rules
     * @param text the text that was parsed
     */
    record Parsed(ParserRuleContext root, List<String> rules, ParserText text) {
        /** {@return the first of the tokens that a node spans} */
        int first(ParserRuleContext node) {
            return text.tokenAt(node.getStart().getStartIndex());
        }

        /** {@return the last of the tokens that a node spans} */
        int last(ParserRuleContext node) {
            return node.getStop() == null
                    ? first(node)
                    : text.tokenAt(node.getStop().getStartIndex());
        }
    }

    /** {@return the tree, or null where no grammar of the family accepts the text} */
    Parsed parse(FoldedStatement s, ServerFlavor flavor, GrammarGaps gaps) {
        if (s.isInvalid() || s.tokens() > MAX_TOKENS) {
            return null;
        }
        if (tokens.addAndGet(s.tokens()) > TOKENS_BETWEEN_CLEARINGS) {
            tokens.set(0);
            mySqlCaches = Caches.of(MySqlLexer._ATN, MySqlParser._ATN);
            mariaDbCaches = Caches.of(MariaDBLexer._ATN, MariaDBParser._ATN);
        }
        Parsed parsed = gaps.isMisread() ? null : mySql(ParserText.of(s, s.tokens(), "?", null));
        boolean mariaDb = flavor == ServerFlavor.MARIADB;
        int end = mariaDb ? GrammarGaps.returning(s) : s.tokens();
        if (parsed == null && (gaps.any() || end < s.tokens())) {
            parsed = mySql(ParserText.of(s, end, "?", gaps));
        }
        if (parsed == null && ParserText.hasPoints(s)) {
            // The grammar looks for keywords also where servers do not.
            parsed = mySql(ParserText.quoted(s, end, "?", gaps));
        }
        if (parsed == null && mariaDb && end == s.tokens()) {
            // This grammar has no placeholders; a number may stand wherever one may.
            parsed = mariaDb(ParserText.of(s, end, "0", gaps));
        }
        return parsed;
    }

    private Parsed mySql(ParserText text) {
        MySqlLexer lexer = new MySqlLexer(stream(text));
        MySqlParser parser = new MySqlParser(new CommonTokenStream(lexer));
        mySqlCaches.serve(lexer, parser);
        return run(parser::queries, lexer, parser, text);
    }

    private Parsed mariaDb(ParserText text) {
        MariaDBLexer lexer = new MariaDBLexer(stream(text));
        MariaDBParser parser = new MariaDBParser(new CommonTokenStream(lexer));
        mariaDbCaches.serve(lexer, parser);
        return run(parser::root, lexer, parser, text);
    }

    private static CharStream stream(ParserText text) {
        return new CaseChangingCharStream(CharStreams.fromString(text.text()), true);
    }

    /** One rule of a grammar. */
    private interface Rule {
        ParserRuleContext parse();
    }

    private static Parsed run(Rule rule, Lexer lexer, Parser parser, ParserText text) {
        lexer.removeErrorListeners();
        lexer.addErrorListener(new Refusing());
        parser.removeErrorListeners();
        parser.setErrorHandler(new BailErrorStrategy());
        try {
            ParserRuleContext root = rule.parse();
            List<String> rules = Arrays.asList(parser.getRuleNames());
            return isOneStatement(root, rules) ? new Parsed(root, rules, text) : null;
        } catch (ParseCancellationException | StackOverflowError e) {
            // Not of the grammar, or nested by something that is no parenthesis, deeper than a thread's stack.
            return null;
        }
    }

    /** The lexer has counted one statement; a grammar that sees two in it reads it in another way. */
    private static boolean isOneStatement(ParserRuleContext root, List<String> rules) {
        int statements = 0;
        for (int i = 0; i < root.getChildCount(); i++) {
            if (root.getChild(i) instanceof ParserRuleContext child) {
                String rule = rules.get(child.getRuleIndex());
                statements += rule.equals("sqlStatements") ? child.getChildCount() : 1;
            }
        }
        return statements == 1;
    }

    /** Gives up at the first byte that no token begins with, instead of leaving it out. */
    private static final class Refusing extends BaseErrorListener {
        @Override
        public void syntaxError(
                Recognizer<?, ?> recognizer,
                Object symbol,
                int line,
                int column,
                String message,
                RecognitionException e) {
            throw new ParseCancellationException(message);
        }
    }
}
