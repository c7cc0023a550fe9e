// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.Hints;
import com.workersql.router.merge.Combination;
import com.workersql.router.policy.KeyPlace;
import com.workersql.router.policy.RoutingPolicy;
import java.util.ArrayList;
import java.util.List;

/** What a plan was made from, noted while it is being made. Only explaining notes it. */
public final class RouteTrace {

    private static final int MAX_PLACES = 1000;

    private final List<KeyPlace> places = new ArrayList<>();
    private List<String> tables = List.of();
    private Hints hints = Hints.NONE;
    private boolean hit;
    private String reason = "";
    private Combination combination;
    private RoutingPolicy policy;

    /** {@return the policy that decided} */
    public RoutingPolicy policy() {
        return policy;
    }

    /** {@return the keys that were found and where they lead, at most a thousand} */
    public List<KeyPlace> places() {
        return places;
    }

    /** {@return the tables that the statement names} */
    public List<String> tables() {
        return tables;
    }

    /** {@return the statement's hints} */
    public Hints hints() {
        return hints;
    }

    /** {@return whether the analysis was in the cache} */
    public boolean isHit() {
        return hit;
    }

    /** {@return the rule that decided} */
    public String reason() {
        return reason;
    }

    /** {@return how the replies of several shards would become one; null where one shard is asked, or nobody can tell} */
    public Combination combination() {
        return combination;
    }

    void policy(RoutingPolicy inForce) {
        policy = inForce;
    }

    void combination(Combination planned) {
        combination = planned;
    }

    void place(KeyPlace place) {
        if (places.size() < MAX_PLACES && !places.contains(place)) {
            places.add(place);
        }
    }

    void tables(List<String> names) {
        tables = names;
    }

    void hints(Hints given) {
        hints = given;
    }

    void hit() {
        hit = true;
    }

    void reason(String rule) {
        reason = rule;
    }
}
