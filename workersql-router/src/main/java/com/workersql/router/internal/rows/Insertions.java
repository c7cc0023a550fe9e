// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rows;

import com.workersql.router.internal.lex.FoldedStatement;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Texts to be put into a statement behind some of its tokens; the client's own bytes all stay. */
final class Insertions {

    private record Insertion(int at, String text) {}

    private final FoldedStatement s;
    private final List<Insertion> insertions = new ArrayList<>();

    Insertions(FoldedStatement s) {
        this.s = s;
    }

    void behind(int token, String text) {
        insertions.add(new Insertion(s.end(token), text));
    }

    void before(int token, String text) {
        insertions.add(new Insertion(s.start(token), text));
    }

    boolean isEmpty() {
        return insertions.isEmpty();
    }

    byte[] applied(byte[] source) {
        // Stable: what was put to one place first stands first.
        insertions.sort(Comparator.comparingInt(Insertion::at));
        ByteArrayOutputStream out = new ByteArrayOutputStream(s.length() + 64 * insertions.size());
        int at = s.offset();
        for (Insertion insertion : insertions) {
            out.write(source, at, insertion.at() - at);
            out.writeBytes(insertion.text().getBytes(StandardCharsets.UTF_8));
            at = insertion.at();
        }
        out.write(source, at, s.offset() + s.length() - at);
        return out.toByteArray();
    }
}
