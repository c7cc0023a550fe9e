// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.value.Collations;
import org.junit.jupiter.api.extension.RegisterExtension;

class MariaDbPoolIT extends PoolOnServerContract {
    @RegisterExtension
    static final SharedServer SERVER = new SharedServer();

    MariaDbPoolIT() {
        super(SERVER.key(), SERVER.otherKey(), Collations.mariaDb().byName("utf8mb4_uca1400_ai_ci"));
    }
}
