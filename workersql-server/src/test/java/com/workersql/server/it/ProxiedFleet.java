// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.server.config.GatewayConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

/**
 * A fleet that reaches its first shard through a proxy of the test's own.
 *
 * @param fleet configured to go by the proxy
 * @param proxy closed behind the fleet
 */
record ProxiedFleet<P extends AutoCloseable>(Fleet fleet, P proxy) implements AutoCloseable {
    /** Opens a proxy on loopback before a port on loopback. */
    interface Opener<P> {
        P open(int shardPort) throws IOException;
    }

    /**
     * Starts both.
     *
     * @param port where the proxy listens
     * @param change the test's own of the configuration, in which the first shard is the proxy
     */
    static <P extends AutoCloseable> ProxiedFleet<P> start(
            Opener<P> opener, ToIntFunction<P> port, UnaryOperator<GatewayConfig> change) throws Exception {
        var proxy = new AtomicReference<P>();
        try {
            var fleet = Fleet.start(config -> {
                proxy.set(open(opener, config.shards().get(0).primary().port()));
                return change.apply(Fleet.firstAt(config, port.applyAsInt(proxy.get())));
            });
            return new ProxiedFleet<>(fleet, proxy.get());
        } catch (Exception e) {
            if (proxy.get() != null) {
                proxy.get().close();
            }
            throw e;
        }
    }

    private static <P> P open(Opener<P> opener, int shardPort) {
        try {
            return opener.open(shardPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws Exception {
        try {
            fleet.close();
        } finally {
            proxy.close();
        }
    }
}
