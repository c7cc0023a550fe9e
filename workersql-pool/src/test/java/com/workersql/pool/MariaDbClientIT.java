// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import org.junit.jupiter.api.extension.RegisterExtension;

class MariaDbClientIT extends PooledClientContract {
    @RegisterExtension
    static final SharedServer SERVER = new SharedServer();

    MariaDbClientIT() {
        super(SERVER.key());
    }
}
