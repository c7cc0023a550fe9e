// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.CapabilityFlags;
import java.util.Objects;

/**
 * What is done to a connection between two borrowers: only what its state needs, in this order. A reset rolls back, too, but also
 * closes what is prepared; it keeps the schema, the option of COM_SET_OPTION, roles and FOUND_ROWS().
 *
 * @param rollback ROLLBACK
 * @param reset COM_RESET_CONNECTION and the setup statement
 * @param initDb COM_INIT_DB back to the account's schema
 * @param setOption COM_SET_OPTION back to what the key's capabilities say
 * @param discardReason why nobody may have it any more; null when somebody may
 */
record ReturnRecipe(boolean rollback, boolean reset, boolean initDb, boolean setOption, String discardReason) {
    /** One for all, because most connections come back like this. */
    private static final ReturnRecipe AS_IT_IS = new ReturnRecipe(false, false, false, false, null);

    static ReturnRecipe of(ConnectionState state, PoolKey key, boolean resetAsked) {
        if (state.discardReason() != null) {
            return discard(state.discardReason());
        }
        boolean reset = resetAsked || state.resetReason() != null;
        boolean rollback = !reset && state.mayBeInTransaction();
        // Without a reset the next borrower compares the schema; a reset is promised to leave the account's.
        boolean initDb = reset && !Objects.equals(state.schema(), key.account().database());
        if (initDb && key.account().database() == null) {
            return discard("no command leaves a schema for none");
        }
        return rollback || reset || state.isOptionSet()
                ? new ReturnRecipe(rollback, reset, initDb, state.isOptionSet(), null)
                : AS_IT_IS;
    }

    private static ReturnRecipe discard(String reason) {
        return new ReturnRecipe(false, false, false, false, reason);
    }

    boolean isAsItIs() {
        return !rollback && !reset && !initDb && !setOption && discardReason == null;
    }

    /** The argument of COM_SET_OPTION that fits the capabilities: 0 is MULTI_STATEMENTS_ON. */
    static int optionOf(PoolKey key) {
        return key.capabilities().has(CapabilityFlags.CLIENT_MULTI_STATEMENTS) ? 0 : 1;
    }
}
