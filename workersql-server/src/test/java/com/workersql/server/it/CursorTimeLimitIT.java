// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.StatementsConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A fetch that is not answered has as much time as any statement. */
class CursorTimeLimitIT {
    @RegisterExtension
    static final CutCursor CURSOR = new CutCursor(CursorTimeLimitIT::withALimit);

    private static GatewayConfig withALimit(GatewayConfig config) {
        return Fleet.withConnectionsToKeep(config, 3).toBuilder()
                .statements(StatementsConfig.of(Map.of(StatementsConfig.TIMEOUT_MILLIS, 2_000L)))
                .build();
    }

    @Test
    void theTimeLimitOfStatementsIsThatOfEachFetch() throws Exception {
        CURSOR.cutFetch(FaultProxy.Cut.STALL, 0);

        assertThat(CURSOR.fetch(1).errno()).isEqualTo(3024);
        assertThat(CURSOR.fetch(1).errno()).as("it went with its connection").isEqualTo(1421);
        CURSOR.assertOpensAgain();
    }
}
