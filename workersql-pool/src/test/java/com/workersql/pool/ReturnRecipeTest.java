// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReturnRecipeTest {
    private final PoolKey key = key("app");
    private final ConnectionState state = new ConnectionState("app", StatusFlags.SERVER_STATUS_AUTOCOMMIT);

    @Test
    void nothingIsDoneToWhatWasLeftAsItWasFound() {
        state.applied("sql_mode", "''");

        assertThat(recipe(false).isAsItIs()).isTrue();
    }

    @Test
    void anOpenTransactionNeedsARollbackOnly() {
        state.replyEnded(StatusFlags.SERVER_STATUS_IN_TRANS, SessionChanges.NONE);

        assertThat(recipe(false)).isEqualTo(new ReturnRecipe(true, false, false, false, null));
    }

    @Test
    void aResetNeedsNoRollback() {
        state.replyEnded(StatusFlags.SERVER_STATUS_IN_TRANS, SessionChanges.NONE);
        state.resetNeeded("temporary table");

        assertThat(recipe(false)).isEqualTo(new ReturnRecipe(false, true, false, false, null));
    }

    @Test
    void aResetBringsTheSchemaBack() {
        state.replyEnded(0, new SessionChanges("other", Map.of(), true, null, null, null));

        assertThat(recipe(true)).isEqualTo(new ReturnRecipe(false, true, true, false, null));
    }

    @Test
    void aSchemaCannotBeLeftForNone() {
        assertThat(ReturnRecipe.of(state, key(null), true).discardReason()).isNotNull();
    }

    @Test
    void theOptionIsSetBackWithoutAReset() {
        state.optionSet(true);

        assertThat(recipe(false)).isEqualTo(new ReturnRecipe(false, false, false, true, null));
        assertThat(ReturnRecipe.optionOf(key)).as("MULTI_STATEMENTS_OFF").isEqualTo(1);
    }

    @Test
    void whatNoResetTakesAwayIsNotUsedAgain() {
        state.discardNeeded("SET ROLE");
        state.discardNeeded("XA");

        assertThat(recipe(true).discardReason()).isEqualTo("SET ROLE");
    }

    private ReturnRecipe recipe(boolean resetAsked) {
        return ReturnRecipe.of(state, key, resetAsked);
    }

    private static PoolKey key(String schema) {
        return new PoolKey(
                CoreFixture.ENDPOINT,
                BackendAccount.of("a", "", schema),
                null,
                CapabilityFlags.NONE,
                TlsMode.DISABLED,
                45);
    }
}
