// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.router.Router;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.server.changes.GatewayChanges;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.login.Bearers;
import com.workersql.server.login.Logins;
import com.workersql.server.placement.SchemaCheck;
import com.workersql.server.policies.PolicyVersions;
import com.workersql.server.session.SessionRegistry;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a running gateway goes by: a new configuration comes into force in all its parts, or in none. Safe for all threads. */
final class ConfigurationInForce {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigurationInForce.class);

    private final Parts parts;
    private final AtomicLong schemaChecks = new AtomicLong();
    /** Without the tenants that were added while the gateway ran. */
    private GatewayConfig base;

    private volatile GatewayConfig current;

    /**
     * What takes a new configuration over.
     *
     * @param changes null where nobody can subscribe to any
     */
    record Parts(
            GatewayAdministration administration,
            Router router,
            SchemaCheck schemaCheck,
            ShardSet shards,
            Logins logins,
            Bearers bearers,
            ClientTlsContext tls,
            GatewayChanges changes,
            SessionRegistry sessions) {}

    /**
     * @param parts go by the first configuration already
     * @param base without the tenants that were added
     * @param current with them
     */
    ConfigurationInForce(Parts parts, GatewayConfig base, GatewayConfig current) {
        this.parts = parts;
        this.base = base;
        this.current = current;
        keepPolicy(current);
    }

    /** The policy of a configuration. */
    static RoutingPolicy policy(GatewayConfig config) {
        try {
            return config.policy().parse();
        } catch (DocumentException e) {
            throw new GatewayStartException(GatewayStartException.BAD_CONFIGURATION, e.getMessage(), e);
        }
    }

    /** The configuration without the tenants that were added. */
    synchronized GatewayConfig base() {
        return base;
    }

    /** How long what was begun may take to end. Not under the lock of a reload, which may be waiting for the shards. */
    int drainMillis() {
        return current.drainMillis();
    }

    /** Takes over what can change while the gateway runs; see {@link Gateway#reload}. */
    synchronized void reload(GatewayConfig configured) {
        if (configured.shards().isEmpty()) {
            throw new IllegalArgumentException("embedded shards in the place of existing ones need a new start");
        }
        var next = parts.administration().withTenants(configured);
        var policy = policy(next);
        var router = parts.router();
        var faults = parts.schemaCheck().faults(policy, parts.shards().all()).join();
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException("the policy is not for the shards' tables: " + faults.inWords());
        }
        // What may be refused comes first, so that nothing is in force of a configuration that is.
        var certificate = ClientTlsContext.read(next.tls());
        parts.bearers().use(next);
        ConfigChange.tell(router.canary(policy));
        parts.tls().use(certificate);
        parts.shards().useAccounts(next);
        router.policy(policy);
        if (parts.changes() != null) {
            parts.changes().usePolicy(policy);
        }
        router.shut(Map.of());
        parts.logins().use(next);
        var change = new ConfigChange(current, next);
        change.tellWhatNeedsNewStart();
        LOG.info("Reloaded: {} users, policy {}", next.users().all().size(), policy.version());
        change.tenantsGone()
                .forEach(tenant -> LOG.info(
                        "Tenant {} is gone: {} sessions are cut",
                        tenant,
                        parts.sessions().cut(tenant)));
        base = configured;
        current = next;
        keepPolicy(next);
    }

    /** Looks at the shards' key columns and sequences again. */
    void checkTables() {
        long number = schemaChecks.incrementAndGet();
        var router = parts.router();
        var policy = router.policy();
        var unused = parts.schemaCheck().faults(policy, parts.shards().all()).thenAccept(faults -> {
            // An answer from before a later definition or policy says nothing any more.
            if (router.policy() == policy && schemaChecks.get() == number) {
                faults.tables()
                        .forEach((table, fault) -> LOG.error("Statements on table {} are refused: {}", table, fault));
                faults.missing().forEach((sequence, fault) -> LOG.warn("Sequence {}: {}", sequence, fault));
                router.shut(faults.tables());
            }
        });
    }

    /** Keeps the policy that has come into force, so that it can come back. */
    private static void keepPolicy(GatewayConfig config) {
        if (config.policy().files() == null) {
            return;
        }
        try {
            new PolicyVersions(config.policy().files()).keep(config.policy());
        } catch (IOException e) {
            LOG.warn("The policy is in force, but is not kept for a rollback", e);
        }
    }
}
