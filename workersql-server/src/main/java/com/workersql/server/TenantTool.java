// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.embedded.EmbeddedException;
import com.workersql.server.embedded.EmbeddedShards;
import com.workersql.server.embedded.ShardListener;
import com.workersql.server.tenants.ShardAdministrator;
import com.workersql.server.tenants.TenantChanges;
import com.workersql.server.tenants.TenantsFile;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Changes the tenants of a configuration beside the gateway, whether one runs or not; a running one sees the changed file. Used by
 * one thread.
 */
public final class TenantTool implements AutoCloseable {
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private TenantChanges changes;

    private TenantTool() {}

    /**
     * Connects to the shards of a configuration. Embedded ones are those of the gateway that runs, or are started.
     *
     * @param config the configuration
     * @param listener hears how embedded shards come up
     * @return to be closed
     * @throws GatewayStartException when the configuration has no place for added tenants
     * @throws EmbeddedException when embedded shards are neither there nor can be started
     */
    public static TenantTool open(GatewayConfig config, ShardListener listener) {
        var tool = new TenantTool();
        try {
            tool.connect(config, listener);
            return tool;
        } catch (RuntimeException e) {
            tool.close();
            throw e;
        }
    }

    private void connect(GatewayConfig configured, ShardListener listener) {
        var config = configured;
        if (configured.shards().isEmpty()) {
            var embedded = EmbeddedShards.startOrJoin(configured.embedded(), listener);
            closing.push(embedded::close);
            config = embedded.applyTo(configured);
        }
        if (config.tenantsFile() == null) {
            throw new GatewayStartException(
                    GatewayStartException.BAD_CONFIGURATION,
                    "the configuration has no tenants_file to keep added tenants in",
                    null);
        }
        var transport = Transport.create(1);
        closing.push(() -> {
            var unused = transport.acceptors().shutdownGracefully();
            unused = transport.workers().shutdownGracefully();
        });
        var shards = new ShardSet(config, transport, System::nanoTime);
        closing.push(shards::close);
        var base = config;
        changes = new TenantChanges(
                new TenantsFile(config.tenantsFile()),
                () -> base,
                new ShardAdministrator(shard -> shards.administrator(shard, transport.workers())),
                () -> {});
    }

    /** The changes; they block. */
    public TenantChanges changes() {
        return changes;
    }

    @Override
    public void close() {
        closing.forEach(Runnable::run);
        closing.clear();
    }
}
