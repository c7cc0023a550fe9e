// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import org.junit.jupiter.api.extension.RegisterExtension;

class MariaDbReturnStepsIT extends ReturnStepsContract {
    @RegisterExtension
    static final SharedServer SERVER = new SharedServer();

    MariaDbReturnStepsIT() throws Exception {
        super(SERVER.key());
    }

    @Override
    boolean resetsToHandshakesNames() {
        return true;
    }
}
