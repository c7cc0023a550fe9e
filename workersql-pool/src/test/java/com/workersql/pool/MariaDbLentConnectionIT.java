// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import org.junit.jupiter.api.extension.RegisterExtension;

class MariaDbLentConnectionIT extends LentConnectionContract {
    @RegisterExtension
    static final SharedServer SERVER = new SharedServer();

    MariaDbLentConnectionIT() {
        super(SERVER.key());
    }
}
