// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A MariaDB server of one class alone, which may do it harm, and hears of nobody else's connections there. */
final class OwnServer implements BeforeAllCallback, AfterAllCallback {
    private TestServer server;

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        server = TestServer.start();
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        server.close();
    }

    TestServer server() {
        return server;
    }

    PoolKey key() {
        return server.key();
    }
}
