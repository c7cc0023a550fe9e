// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.server.config.ConfigWatcher;
import com.workersql.server.config.FileStamp;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.http.admin.Administration;
import com.workersql.server.http.admin.GatewayControl;
import com.workersql.server.policies.PolicyChanges;
import com.workersql.server.tenants.ShardAdministrator;
import com.workersql.server.tenants.TenantChanges;
import com.workersql.server.tenants.TenantsFile;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slow work of whoever administers a gateway, on one thread of its own, which also looks at the tenants file: the subcommand
 * {@code tenant} and other gateways write it too.
 */
final class GatewayAdministration implements Administration, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayAdministration.class);
    private static final int QUEUE = 64;

    private final ScheduledThreadPoolExecutor executor =
            new ScheduledThreadPoolExecutor(1, new DefaultThreadFactory("workersql-admin", true));
    private final TenantsFile file;
    private final TenantChanges tenants;
    private final Runnable reload;
    private volatile PolicyChanges policy;
    private volatile GatewayControl control;
    private FileStamp seen;

    /**
     * An administration.
     *
     * @param started the configuration of the start, which says where added tenants are kept
     * @param base gives the configuration now, without added tenants
     * @param shards makes databases and accounts
     * @param reload puts the configuration now with the added tenants in force; on the administration's thread
     */
    GatewayAdministration(
            GatewayConfig started, Supplier<GatewayConfig> base, ShardAdministrator shards, Runnable reload) {
        this.reload = reload;
        file = started.tenantsFile() == null ? null : new TenantsFile(started.tenantsFile());
        tenants = file == null ? null : new TenantChanges(file, base, shards, this::look);
    }

    /** The configuration with the added tenants in it. */
    synchronized GatewayConfig withTenants(GatewayConfig base) {
        if (file == null) {
            return base;
        }
        // The stamp of before reading: a change while the file is read is seen by the next look.
        var stamp = file.stamp();
        var all = file.read().applyTo(base);
        seen = stamp;
        return all;
    }

    /** Begins to look at the file. */
    void watch() {
        if (file != null) {
            var unused = executor.scheduleWithFixedDelay(
                    this::lookQuietly,
                    ConfigWatcher.INTERVAL_MILLIS,
                    ConfigWatcher.INTERVAL_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void lookQuietly() {
        try {
            look();
        } catch (DocumentException | IllegalArgumentException e) {
            LOG.error("The changed tenants are not used, those before stay: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("The changed tenants could not be put in force, those before stay", e);
        }
    }

    private void look() {
        synchronized (this) {
            var stamp = file.stamp();
            if (stamp.equals(seen)) {
                return;
            }
            // What cannot be used is told once.
            seen = stamp;
        }
        reload.run();
    }

    @Override
    public void execute(Runnable work) {
        if (executor.getQueue().size() >= QUEUE) {
            throw new RejectedExecutionException();
        }
        executor.execute(work);
    }

    /** Says how the policy is changed, once there is a router. */
    void policy(PolicyChanges changes) {
        policy = changes;
    }

    @Override
    public PolicyChanges policy() {
        return policy;
    }

    /** Says how the gateway is looked at and turned, once it runs. */
    void control(GatewayControl operations) {
        control = operations;
    }

    @Override
    public GatewayControl control() {
        return control;
    }

    @Override
    public TenantChanges tenants() {
        return tenants;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
