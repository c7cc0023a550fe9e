// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import java.util.List;

/** When a step of a batch runs, by what became of those before it. */
sealed interface StepCondition {
    /** What became of a step. */
    enum Outcome {
        /** It went well. */
        SUCCEEDED,
        /** It failed. */
        FAILED,
        /** Its condition did not hold. */
        SKIPPED
    }

    /**
     * Whether the step runs.
     *
     * @param outcomes of the steps before, in their order
     */
    boolean holds(List<Outcome> outcomes);

    /** Whatever has happened. */
    record Always() implements StepCondition {
        @Override
        public boolean holds(List<Outcome> outcomes) {
            return true;
        }
    }

    /** As long as nothing has failed: what holds where a step names no condition. */
    record Unfailed() implements StepCondition {
        @Override
        public boolean holds(List<Outcome> outcomes) {
            return !outcomes.contains(Outcome.FAILED);
        }
    }

    /** An earlier step came to this. */
    record Is(int step, Outcome outcome) implements StepCondition {
        @Override
        public boolean holds(List<Outcome> outcomes) {
            return outcomes.get(step) == outcome;
        }
    }

    /** Not so. */
    record Not(StepCondition condition) implements StepCondition {
        @Override
        public boolean holds(List<Outcome> outcomes) {
            return !condition.holds(outcomes);
        }
    }

    /** All of them. */
    record And(List<StepCondition> conditions) implements StepCondition {
        @Override
        public boolean holds(List<Outcome> outcomes) {
            return conditions.stream().allMatch(condition -> condition.holds(outcomes));
        }
    }

    /** At least one of them. */
    record Or(List<StepCondition> conditions) implements StepCondition {
        @Override
        public boolean holds(List<Outcome> outcomes) {
            return conditions.stream().anyMatch(condition -> condition.holds(outcomes));
        }
    }
}
