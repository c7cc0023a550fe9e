// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rewrite;

import com.workersql.router.ShardStatement;
import com.workersql.router.Statement;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.RowPlaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Splits the rows of an INSERT, so that each shard gets its own. */
public final class RowSplit {

    private RowSplit() {}

    /**
     * {@return a text for each shard; null where the rows are not written plainly enough to be split}
     *
     * @param statement the statement
     * @param s the statement, folded
     * @param owners the shard of each literal that is a row's key
     * @param shards the shards in their order
     */
    public static List<ShardStatement> split(
            Statement statement, FoldedStatement s, Map<Integer, String> owners, List<String> shards) {
        RowPlaces rows = RowPlaces.of(statement);
        if (rows == null || rows.count() != owners.size()) {
            return null;
        }
        String[] homes = new String[rows.count()];
        owners.forEach((literal, shard) -> {
            int row = rows.at(s.literalStart(literal));
            if (row >= 0) {
                homes[row] = shard;
            }
        });
        for (int row = 0; row < homes.length; row++) {
            boolean plain = row == 0 || TextEdit.isSeparator(statement, rows.end(row - 1), rows.start(row));
            if (homes[row] == null || !plain) {
                return null;
            }
        }
        List<ShardStatement> parts = new ArrayList<>();
        for (String shard : shards) {
            TextEdit edit = new TextEdit(statement, s);
            edit.keep(statement.offset(), rows.start(0));
            boolean any = false;
            for (int row = 0; row < homes.length; row++) {
                if (homes[row].equals(shard)) {
                    if (any) {
                        edit.separate();
                    }
                    any = true;
                    edit.keep(rows.start(row), rows.end(row));
                }
            }
            edit.keep(rows.end(homes.length - 1), statement.offset() + statement.length());
            parts.add(edit.on(shard));
        }
        return parts;
    }
}
