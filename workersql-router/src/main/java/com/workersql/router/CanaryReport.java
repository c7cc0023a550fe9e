// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import com.workersql.router.policy.PolicyDiff;
import java.util.List;
import java.util.Objects;

/**
 * What a policy would do to the statements that were seen lately, before it is put in force. For each shape in the plan cache the
 * statement that was analysed first is planned under both policies.
 *
 * @param diff what changes in the policy itself
 * @param evaluated how many shapes were planned under both policies
 * @param skipped how many could not be, because their statement was too long to be kept
 * @param changes the shapes whose plan changes
 * @param movedTenants tenants without a home of their own that were seen lately and whose home changes, as {@code name: a -> b}
 */
public record CanaryReport(
        PolicyDiff diff, int evaluated, int skipped, List<Change> changes, List<String> movedTenants) {

    /** What becomes of a shape. */
    public enum Effect {
        /** It goes to other shards. */
        MOVES,
        /** It is refused, and was not. */
        REFUSED,
        /** It is accepted, and was refused. */
        ACCEPTED,
        /** It goes to the same shards in another way. */
        DIFFERS
    }

    /**
     * A shape whose plan changes.
     *
     * @param effect what becomes of it
     * @param fingerprint the shape, without values
     * @param tenant the tenant whose statement was planned, or null
     * @param before where it goes now, or why it is refused
     * @param after where it would go, or why it would be refused
     */
    public record Change(Effect effect, String fingerprint, String tenant, String before, String after) {}

    /** Copies the lists. */
    public CanaryReport {
        Objects.requireNonNull(diff, "diff");
        changes = List.copyOf(changes);
        movedTenants = List.copyOf(movedTenants);
    }

    /** {@return how many shapes would come to the given effect}
     *
     * @param effect the effect
     */
    public long count(Effect effect) {
        return changes.stream().filter(change -> change.effect() == effect).count();
    }
}
