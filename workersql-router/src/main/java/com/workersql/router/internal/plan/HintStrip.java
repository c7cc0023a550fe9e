// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.MultiShard;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.ShardStatement;
import com.workersql.router.Statement;
import com.workersql.router.internal.lex.FoldedStatement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Takes the gateway's hints out of what is sent: a server that reads hints warns of one that it does not know. Blanks take their
 * place, so that nothing else moves. What goes to every shard as it was written is sent with them.
 */
final class HintStrip {

    private HintStrip() {}

    /** {@return the plan without the gateway's hints in its texts; the plan itself where the statement has none} */
    static RoutePlan apply(RoutePlan plan, Statement statement, FoldedStatement s) {
        if (!(plan instanceof SingleShard) && !(plan instanceof MultiShard)) {
            return plan;
        }
        List<int[]> places = HintReader.places(statement, s);
        if (places.isEmpty()) {
            return plan;
        }
        if (plan instanceof SingleShard single) {
            ShardStatement sent =
                    single.rewritten() == null ? ShardStatement.asWritten(single.shard()) : single.rewritten();
            return new SingleShard(
                    single.statement(),
                    single.shard(),
                    single.discardConnectionAfterwards(),
                    blanked(sent, statement, s, places));
        }
        MultiShard several = (MultiShard) plan;
        List<ShardStatement> parts = new ArrayList<>();
        several.parts().forEach(part -> parts.add(blanked(part, statement, s, places)));
        return new MultiShard(several.statement(), parts, several.combination());
    }

    /** Hints stand before what is ever changed in a text, so that their places are the same in all of them. */
    private static ShardStatement blanked(
            ShardStatement sent, Statement statement, FoldedStatement s, List<int[]> places) {
        int begin = statement.offset();
        byte[] text = sent.sql() == null
                ? Arrays.copyOfRange(statement.bytes(), begin, begin + statement.length())
                : sent.sql().clone();
        for (int[] place : places) {
            Arrays.fill(text, place[0] - begin, place[1] - begin, (byte) ' ');
        }
        int[] parameters =
                sent.sql() == null ? IntStream.range(0, s.parameters()).toArray() : sent.parameters();
        return ShardStatement.rewritten(sent.shard(), text, parameters);
    }
}
