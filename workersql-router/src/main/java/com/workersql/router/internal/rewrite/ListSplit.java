// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rewrite;

import com.workersql.router.ShardStatement;
import com.workersql.router.Statement;
import com.workersql.router.internal.lex.FoldedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Splits an IN list, so that each shard is asked for its own keys only. */
public final class ListSplit {

    private ListSplit() {}

    /**
     * {@return a text for each shard; null where the list is not written plainly enough to be split}
     *
     * @param statement the statement
     * @param s the statement, folded
     * @param owners the shard of each literal of the list
     * @param shards the shards in their order, each of at least one literal
     */
    public static List<ShardStatement> split(
            Statement statement, FoldedStatement s, Map<Integer, String> owners, List<String> shards) {
        List<Integer> literals = List.copyOf(new TreeMap<>(owners).keySet());
        for (int i = 1; i < literals.size(); i++) {
            int before = literals.get(i - 1);
            int next = literals.get(i);
            if (next != before + 1 || !TextEdit.isSeparator(statement, s.literalEnd(before), s.literalStart(next))) {
                return null;
            }
        }
        int first = literals.get(0);
        int last = literals.get(literals.size() - 1);
        List<ShardStatement> parts = new ArrayList<>();
        for (String shard : shards) {
            TextEdit edit = new TextEdit(statement, s);
            edit.keep(statement.offset(), s.literalStart(first));
            boolean any = false;
            for (int literal : literals) {
                if (owners.get(literal).equals(shard)) {
                    if (any) {
                        edit.separate();
                    }
                    any = true;
                    edit.keep(s.literalStart(literal), s.literalEnd(literal));
                }
            }
            if (!any) {
                return null;
            }
            edit.keep(s.literalEnd(last), statement.offset() + statement.length());
            parts.add(edit.on(shard));
        }
        return parts;
    }
}
