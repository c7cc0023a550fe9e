// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The MariaDB server of all classes that do it no harm; it ends behind the last of them. */
final class SharedServer implements BeforeAllCallback {
    private TestServer server;

    @Override
    public void beforeAll(ExtensionContext context) {
        server = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedServer.class))
                .computeIfAbsent(TestServer.class, type -> start(), TestServer.class);
    }

    private static TestServer start() {
        try {
            return TestServer.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a server starts", e);
        }
    }

    PoolKey key() {
        return server.key();
    }

    /** Of another account. */
    PoolKey otherKey() {
        return PoolFixture.key(server.endpoint(), "pool_other", "secret2");
    }
}
