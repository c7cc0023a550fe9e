// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads requests by the letter of RFC 9112 and forgives nothing but blanks and empty lines, so that what it finds no two servers can disagree about. An
 * oracle for tests, written beside the gateway's own reading.
 */
final class StrictRequests {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern EMPTY_LINES = Pattern.compile("[\r\n]*");
    /** Section 3 allows these blanks between the words of the first line, which it does not tell apart. */
    private static final String BLANKS = "[ \t\u000b\f\r]";

    private static final Pattern LINE = Pattern.compile(
            BLANKS + "*" + TOKEN + BLANKS + "+([!-~\\x80-\\xff]+)" + BLANKS + "+HTTP/1\\.([01])" + BLANKS + "*\r\n");
    /** A value may go on in the next line, behind a blank; a length or a coding that does is none. */
    private static final Pattern FIELD =
            Pattern.compile("(" + TOKEN + "):[ \t]*((?:[\t -~\\x80-\\xff]|\r\n[\t ])*?)[ \t]*\r\n(?![\t ])");

    private static final Pattern CHUNK = Pattern.compile("([0-9A-Fa-f]{1,6})([ \t]*;[\t -~\\x80-\\xff]*)?\r\n");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,9}");

    private final String text;
    private final List<String> targets = new ArrayList<>();
    private int at;

    private StrictRequests(String text) {
        this.text = text;
    }

    /** The targets of the requests that stand at the beginning of a text, whole and beyond doubt. */
    static List<String> targets(String text) {
        var requests = new StrictRequests(text);
        requests.take(EMPTY_LINES);
        while (requests.request()) {
            requests.take(EMPTY_LINES);
        }
        return requests.targets;
    }

    private Matcher take(Pattern pattern) {
        var matcher = pattern.matcher(text).region(at, text.length());
        if (!matcher.lookingAt()) {
            return null;
        }
        at = matcher.end();
        return matcher;
    }

    private boolean request() {
        var line = take(LINE);
        if (line == null) {
            return false;
        }
        var lengths = new ArrayList<String>();
        var codings = new ArrayList<String>();
        int hosts = 0;
        for (var field = take(FIELD); field != null; field = take(FIELD)) {
            switch (field.group(1).toLowerCase(Locale.ROOT)) {
                case "host" -> hosts++;
                case "content-length" -> lengths.add(field.group(2));
                case "transfer-encoding" -> codings.add(field.group(2).toLowerCase(Locale.ROOT));
                default -> {}
            }
        }
        boolean old = line.group(2).equals("0");
        boolean framed = skip("\r\n") && (hosts == 1 || (old && hosts == 0)) && body(lengths, codings, old);
        if (framed) {
            targets.add(line.group(1));
        }
        return framed;
    }

    private boolean body(List<String> lengths, List<String> codings, boolean old) {
        if (!codings.isEmpty()) {
            return codings.equals(List.of("chunked")) && lengths.isEmpty() && !old && chunks();
        }
        if (lengths.isEmpty()) {
            return true;
        }
        return lengths.size() == 1
                && LENGTH.matcher(lengths.get(0)).matches()
                && advance(Integer.parseInt(lengths.get(0)));
    }

    private boolean chunks() {
        for (var chunk = take(CHUNK); chunk != null; chunk = take(CHUNK)) {
            int size = Integer.parseInt(chunk.group(1), 16);
            if (size == 0) {
                while (take(FIELD) != null) {
                    // A trailer.
                }
                return skip("\r\n");
            }
            if (!advance(size) || !skip("\r\n")) {
                return false;
            }
        }
        return false;
    }

    private boolean advance(int bytes) {
        boolean there = bytes <= text.length() - at;
        at += there ? bytes : 0;
        return there;
    }

    private boolean skip(String expected) {
        boolean there = text.startsWith(expected, at);
        at += there ? expected.length() : 0;
        return there;
    }
}
