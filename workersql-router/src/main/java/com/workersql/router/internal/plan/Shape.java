// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.internal.analyze.Analysis;
import com.workersql.router.internal.classify.Verdict;
import com.workersql.router.policy.RoutingPolicy;

/** All that is known of statements of one folded text, whoever sends them and whatever their values. */
final class Shape {

    private final Verdict verdict;
    private final Analysis analysis;
    /** The plan of the last home; most shapes are sent to one, and then a hit allocates nothing. */
    private volatile SingleShard lastHome;

    /** What it is under the policy that was last asked for. */
    private volatile OneKey oneKey;

    private final Sample sample;

    Shape(Verdict verdict, Analysis analysis, Sample sample) {
        this.verdict = verdict;
        this.analysis = analysis;
        this.sample = sample;
    }

    /** {@return the statement of which it was first seen, or null where that was not kept} */
    Sample sample() {
        return sample;
    }

    Verdict verdict() {
        return verdict;
    }

    Analysis analysis() {
        return analysis;
    }

    SingleShard home(String shard) {
        SingleShard plan = lastHome;
        if (plan == null || !plan.shard().equals(shard)) {
            plan = new SingleShard(verdict.info(), shard, false);
            lastHome = plan;
        }
        return plan;
    }

    OneKey oneKey(RoutingPolicy policy) {
        OneKey known = oneKey;
        if (known == null || known.policy() != policy) {
            known = OneKey.of(verdict.info(), analysis, policy);
            oneKey = known;
        }
        return known;
    }

    int weightBytes() {
        return 512
                + (sample == null ? 0 : sample.weightBytes())
                + verdict.info().fingerprint().length()
                + 96 * (analysis.tables().size() + analysis.dotted().size())
                + 64
                        * (analysis.facts().equalities().size()
                                + analysis.facts().joins().size());
    }
}
