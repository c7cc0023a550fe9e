// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.Hints;
import com.workersql.router.Hints.Consistency;
import com.workersql.router.ParameterValue;
import com.workersql.router.Statement;
import com.workersql.router.internal.lex.FoldedStatement;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the hints of a statement, which stand in comments before its first word or between that and the second. What is no hint
 * of the gateway's is a hint for the server's optimizer and none of its business.
 */
final class HintReader {

    /** A comment of more is not a hint of ours, and is not searched. */
    private static final int MAX_COMMENT_BYTES = 1024;

    private static final Pattern HINT = Pattern.compile("(?:^|\\s)(?:(strong|weak)|bounded=(\\d{1,9})"
            + "|shard_key=(?:(-?\\d{1,18})|(-?\\d{19,20})|'([^'\\\\]*)')|shard=([A-Za-z0-9_.-]{1,64})|(scatter=allow)|cache_ttl=(\\d{1,9}))"
            + "(?=\\s|$)");

    private HintReader() {}

    static Hints read(Statement statement, FoldedStatement s) {
        Hints hints = Hints.NONE;
        for (Comment comment : comments(statement, s)) {
            hints = hints(comment.text(), hints);
        }
        return hints;
    }

    /**
     * {@return where the gateway's own hints stand, as pairs of the first byte and the byte behind the last; a comment that holds
     * nothing else is one no longer: its plus is such a place too}
     */
    static List<int[]> places(Statement statement, FoldedStatement s) {
        List<Comment> comments = comments(statement, s);
        if (comments.isEmpty()) {
            return List.of();
        }
        List<int[]> places = new ArrayList<>();
        for (Comment comment : comments) {
            StringBuilder rest = new StringBuilder(comment.text());
            Matcher matcher = HINT.matcher(comment.text());
            int before = places.size();
            while (matcher.find()) {
                places.add(new int[] {comment.start() + matcher.start(), comment.start() + matcher.end()});
                rest.replace(matcher.start(), matcher.end(), " ".repeat(matcher.end() - matcher.start()));
            }
            if (places.size() > before && rest.toString().isBlank()) {
                places.add(new int[] {comment.start() - 1, comment.start()});
            }
        }
        return places;
    }

    /**
     * A comment that may hold hints.
     *
     * @param start where its text begins, behind the plus
     * @param text its text, a character for a byte
     */
    private record Comment(int start, String text) {}

    /** {@return false where there is no room for a hint: most statements begin with their first word and go on one blank behind it} */
    static boolean mayHaveHints(Statement statement, FoldedStatement s) {
        return s.tokens() > 0 && (isRoomy(statement.offset(), s.start(0)) || isRoomy(s.end(0), second(statement, s)));
    }

    private static boolean isRoomy(int from, int to) {
        return to - from >= 5;
    }

    /** Where the second token begins, or else the text ends. */
    private static int second(Statement statement, FoldedStatement s) {
        return s.tokens() > 1 ? s.start(1) : statement.offset() + statement.length();
    }

    private static List<Comment> comments(Statement statement, FoldedStatement s) {
        if (!mayHaveHints(statement, s)) {
            return List.of();
        }
        int begin = statement.offset();
        int first = s.start(0);
        int second = second(statement, s);
        boolean before = isRoomy(begin, first);
        boolean behind = isRoomy(s.end(0), second);
        List<Comment> comments = new ArrayList<>();
        if (before) {
            comments(statement.bytes(), begin, first, comments);
        }
        if (behind) {
            comments(statement.bytes(), s.end(0), second, comments);
        }
        return comments;
    }

    private static void comments(byte[] bytes, int from, int to, List<Comment> comments) {
        int at = from;
        while (at + 1 < to) {
            if (bytes[at] == '/' && bytes[at + 1] == '*') {
                int end = at + 2;
                while (end + 1 < to && !(bytes[end] == '*' && bytes[end + 1] == '/')) {
                    end++;
                }
                if (bytes[at + 2] == '+' && end > at + 3 && end - at <= MAX_COMMENT_BYTES) {
                    String text = new String(bytes, at + 3, end - at - 3, StandardCharsets.ISO_8859_1);
                    comments.add(new Comment(at + 3, text));
                }
                at = end + 2;
            } else if (bytes[at] == '#' || (bytes[at] == '-' && bytes[at + 1] == '-')) {
                while (at < to && bytes[at] != '\n') {
                    at++;
                }
            } else {
                at++;
            }
        }
    }

    private static Hints hints(String comment, Hints before) {
        Hints hints = before;
        Matcher matcher = HINT.matcher(comment);
        while (matcher.find()) {
            hints = with(matcher, hints);
        }
        return hints;
    }

    private static Hints with(Matcher matcher, Hints before) {
        if (matcher.group(1) != null) {
            return before.withConsistency(matcher.group(1).equals("strong") ? Consistency.STRONG : Consistency.WEAK, 0);
        }
        if (matcher.group(2) != null) {
            return before.withConsistency(Consistency.BOUNDED, Long.parseLong(matcher.group(2)));
        }
        boolean hasKey = matcher.group(3) != null || matcher.group(4) != null || matcher.group(5) != null;
        return new Hints(
                before.consistency(),
                before.boundMillis(),
                hasKey ? key(matcher) : before.shardKey(),
                matcher.group(6) != null ? matcher.group(6) : before.shard(),
                before.scatter() || matcher.group(7) != null,
                matcher.group(8) != null ? Long.parseLong(matcher.group(8)) : before.cacheTtlMillis());
    }

    private static ParameterValue key(Matcher matcher) {
        if (matcher.group(3) != null) {
            return new ParameterValue.SignedInteger(Long.parseLong(matcher.group(3)));
        }
        return matcher.group(4) != null
                ? new ParameterValue.Decimal(matcher.group(4))
                : new ParameterValue.Text(
                        new String(matcher.group(5).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }
}
