// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import com.workersql.router.merge.Combination;
import java.util.List;
import java.util.Objects;

/**
 * Where a statement goes. A plan is a value: it may be kept, shared between threads and used again for the same
 * statement with the same values.
 */
public sealed interface RoutePlan {

    /** {@return what the lexer knows of the statement} */
    StatementInfo statement();

    /**
     * The statement goes to one shard.
     *
     * @param statement what the lexer knows of the statement
     * @param shard the shard's name
     * @param discardConnectionAfterwards whether the connection must not serve anyone else afterwards, because the text
     *     could not be analysed and anything may be left in its session
     * @param rewritten the text to be sent in the place of the client's, or null where the client's is sent as it is
     */
    record SingleShard(
            StatementInfo statement, String shard, boolean discardConnectionAfterwards, ShardStatement rewritten)
            implements RoutePlan {
        /** Checks the parts. */
        public SingleShard {
            Objects.requireNonNull(statement, "statement");
            Objects.requireNonNull(shard, "shard");
        }

        /**
         * A plan whose statement is sent as it was written.
         *
         * @param statement what the lexer knows of the statement
         * @param shard the shard's name
         * @param discardConnectionAfterwards whether the connection must not serve anyone else afterwards
         */
        public SingleShard(StatementInfo statement, String shard, boolean discardConnectionAfterwards) {
            this(statement, shard, discardConnectionAfterwards, null);
        }
    }

    /**
     * The statement goes to several shards, to each with a text or values of its own where that is so, and the replies become one.
     *
     * @param statement what the lexer knows of the statement
     * @param parts the shards' parts, in the policy's order, at least two
     * @param combination how the replies become one: a {@link com.workersql.router.merge.Merge} of a read, or a
     *     {@link com.workersql.router.merge.WriteRule}
     */
    record MultiShard(StatementInfo statement, List<ShardStatement> parts, Combination combination)
            implements RoutePlan {
        /** Copies the list. */
        public MultiShard {
            Objects.requireNonNull(statement, "statement");
            Objects.requireNonNull(combination, "combination");
            parts = List.copyOf(parts);
        }

        /** {@return the shards' names, in the policy's order} */
        public List<String> shards() {
            return parts.stream().map(ShardStatement::shard).toList();
        }
    }

    /**
     * The statement goes, as it was written, to every one of several shards, in this order: a definition, or a write to
     * a reference table. A failure on some must name which did and which did not.
     *
     * @param statement what the lexer knows of the statement
     * @param shards the shards' names, in the policy's order, at least two
     */
    record Broadcast(StatementInfo statement, List<String> shards) implements RoutePlan {
        /** Copies the list. */
        public Broadcast {
            Objects.requireNonNull(statement, "statement");
            shards = List.copyOf(shards);
        }
    }

    /**
     * The gateway answers, or changes the session, itself.
     *
     * @param statement what the lexer knows of the statement
     * @param action what to do
     * @param shard the shard on which to carry the action out where it has to reach a server after all, for example to
     *     have a value checked; null where the session has none
     */
    record Local(StatementInfo statement, LocalAction action, String shard) implements RoutePlan {
        /** Checks the parts. */
        public Local {
            Objects.requireNonNull(statement, "statement");
            Objects.requireNonNull(action, "action");
        }
    }

    /**
     * The statement is not run.
     *
     * @param statement what the lexer knows of the statement
     * @param errno MySQL's error number
     * @param sqlState MySQL's SQLSTATE, five characters
     * @param reason the message for the client; it names the construct that was refused
     */
    record Refused(StatementInfo statement, int errno, String sqlState, String reason) implements RoutePlan {
        /** Checks the parts. */
        public Refused {
            Objects.requireNonNull(statement, "statement");
            Objects.requireNonNull(sqlState, "sqlState");
            Objects.requireNonNull(reason, "reason");
        }
    }
}
