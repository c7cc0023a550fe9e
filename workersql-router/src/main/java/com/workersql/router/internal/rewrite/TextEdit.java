// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rewrite;

import com.workersql.router.ShardStatement;
import com.workersql.router.Statement;
import com.workersql.router.internal.lex.FoldedStatement;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** A text for one shard in the making: pieces of the client's text, and the placeholders that are in them. */
final class TextEdit {

    private final Statement statement;
    private final FoldedStatement s;
    private final ByteArrayOutputStream text = new ByteArrayOutputStream();
    private final List<Integer> parameters = new ArrayList<>();

    TextEdit(Statement statement, FoldedStatement s) {
        this.statement = statement;
        this.s = s;
    }

    /** Takes the bytes between two places of the client's text as they are. */
    void keep(int from, int to) {
        text.write(statement.bytes(), from, to - from);
        for (int literal = 0; literal < s.literals(); literal++) {
            int at = s.literalStart(literal);
            if (s.literalParameter(literal) >= 0 && at >= from && at < to) {
                parameters.add(s.literalParameter(literal));
            }
        }
    }

    void separate() {
        text.write(',');
    }

    /** Adds bytes of the gateway's own. */
    void add(byte[] own) {
        text.writeBytes(own);
    }

    ShardStatement on(String shard) {
        return ShardStatement.rewritten(
                shard,
                text.toByteArray(),
                parameters.stream().mapToInt(Integer::intValue).toArray());
    }

    /** {@return whether there is nothing between two places but blanks and one comma} */
    static boolean isSeparator(Statement statement, int from, int to) {
        int commas = 0;
        for (int at = from; at < to; at++) {
            byte b = statement.bytes()[at];
            if (b == ',') {
                commas++;
            } else if (b != ' ' && (b < 9 || b > 13)) {
                return false;
            }
        }
        return commas == 1;
    }
}
