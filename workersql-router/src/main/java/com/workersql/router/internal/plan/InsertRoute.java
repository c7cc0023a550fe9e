// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.LocalAction;
import com.workersql.router.ParameterValue;
import com.workersql.router.RoutePlan;
import com.workersql.router.RoutePlan.Local;
import com.workersql.router.RoutePlan.MultiShard;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.ShardStatement;
import com.workersql.router.Statement;
import com.workersql.router.StatementInfo;
import com.workersql.router.internal.analyze.KeyFacts;
import com.workersql.router.internal.analyze.TableName;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Word;
import com.workersql.router.internal.rewrite.KeyInsertion;
import com.workersql.router.internal.rewrite.RowSplit;
import com.workersql.router.merge.WriteRule;
import com.workersql.router.policy.KeyPlace;
import com.workersql.router.policy.KeyType;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule.Keyed;
import com.workersql.router.policy.TableRule.Single;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Plans an INSERT or REPLACE: each row goes where its key leads. */
final class InsertRoute {

    private final Statement statement;
    private final FoldedStatement s;
    private final StatementInfo info;
    private final KeyFacts facts;
    private final RoutingPolicy policy;
    private final KeyValues values;

    InsertRoute(
            Statement statement,
            FoldedStatement s,
            StatementInfo info,
            KeyFacts facts,
            RoutingPolicy policy,
            KeyValues values) {
        this.statement = statement;
        this.s = s;
        this.info = info;
        this.facts = facts;
        this.policy = policy;
        this.values = values;
    }

    RoutePlan plan(boolean preparing) {
        TableName table = facts.insert().table();
        if (!(policy.table(table.name()).orElse(null) instanceof Keyed rule)) {
            return refused("an INSERT that reads sharded tables");
        }
        String key = rule.key().toLowerCase(Locale.ROOT);
        int[] slots = facts.insert().columnSlots().get(key);
        boolean generated = rule.sequence() != null
                && facts.insert().columnsKnown()
                && !facts.insert().columns().contains(key);
        if (slots == null && !generated) {
            return refused(
                    facts.insert().columnsKnown()
                            ? "an INSERT into " + table + " without a plain value for its key " + rule.key()
                            : "an INSERT into " + table + " that does not list its columns");
        }
        if (facts.assigned().contains(key)) {
            return refused("changing the key " + rule.key() + " of " + table);
        }
        if (ignores()) {
            return refused("INSERT IGNORE, which may store another key than it is given,");
        }
        if (!statement.context().strict()) {
            return refused(info.kind() + " without a strict sql_mode, which may store another key than it is given,");
        }
        if (generated) {
            return generated(rule, preparing);
        }
        if (preparing) {
            return new SingleShard(info, preferred(), false);
        }
        return place(rule, slots);
    }

    private RoutePlan place(Keyed rule, int[] slots) {
        Map<Integer, String> owners = new LinkedHashMap<>();
        Set<String> shards = new LinkedHashSet<>();
        for (int literal = 0; literal < s.literals(); literal++) {
            if (!contains(slots, s.literalSlot(literal))) {
                continue;
            }
            ParameterValue value = Literals.at(statement, s, literal);
            KeyPlace place = values.place(rule, value);
            if (place == null) {
                return refused(values.refusal());
            }
            if (rule.keyType() == KeyType.DECIMAL && place.key().contains(".")) {
                return refused("a fraction for the key " + rule.key() + ", which a server may round");
            }
            owners.put(literal, place.shard());
            shards.add(place.shard());
        }
        if (shards.size() == 1) {
            return new SingleShard(info, shards.iterator().next(), false);
        }
        List<String> ordered = policy.shards().stream().filter(shards::contains).toList();
        List<ShardStatement> parts = RowSplit.split(statement, s, owners, ordered);
        return parts == null
                ? refused("an INSERT whose rows are for several shards and cannot be taken apart")
                : new MultiShard(info, parts, new WriteRule());
    }

    /** Each row gets the next key of the sequence; the numbers are drawn by who can, between two plans. */
    private RoutePlan generated(Keyed rule, boolean preparing) {
        if (!facts.assigned().isEmpty()) {
            return refused("ON DUPLICATE KEY UPDATE beside a generated key");
        }
        KeyInsertion insertion = KeyInsertion.of(statement, s, facts.insert().columnsToken(), rule.key());
        if (insertion == null || !(policy.table(rule.sequence()).orElse(null) instanceof Single place)) {
            return refused("an INSERT into whose text the generated key " + rule.key() + " cannot be put");
        }
        if (preparing) {
            // As it is, so that the client learns of its placeholders; each execution has a text of its own.
            return new SingleShard(info, preferred(), false);
        }
        int count = insertion.rows();
        // A policy that has come in between may name another sequence.
        if (!place.table().equals(statement.sequence())) {
            return new Local(info, new LocalAction.GenerateKeys(place.table(), count), place.shard());
        }
        long first = statement.firstGeneratedKey();
        String[] homes = new String[count];
        for (int row = 0; row < count; row++) {
            KeyPlace at = values.place(rule, new ParameterValue.SignedInteger(first + row));
            if (at == null) {
                return refused(values.refusal());
            }
            homes[row] = at.shard();
        }
        Set<String> shards = new LinkedHashSet<>(Arrays.asList(homes));
        List<String> ordered = policy.shards().stream().filter(shards::contains).toList();
        List<ShardStatement> parts = insertion.on(first, homes, ordered);
        return parts.size() == 1
                ? new SingleShard(info, ordered.get(0), false, parts.get(0))
                : new MultiShard(info, parts, new WriteRule());
    }

    private boolean ignores() {
        for (int token = 1; token < 4; token++) {
            if (s.isWord(token, Word.IGNORE)) {
                return true;
            }
        }
        return false;
    }

    private String preferred() {
        String preferred = statement.preferredShard();
        return preferred != null && policy.shards().contains(preferred)
                ? preferred
                : policy.shards().get(0);
    }

    private static boolean contains(int[] slots, int slot) {
        for (int each : slots) {
            if (each == slot) {
                return true;
            }
        }
        return false;
    }

    private RoutePlan refused(String what) {
        return Refusal.unsupported(info, what);
    }
}
