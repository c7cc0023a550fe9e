// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.router.CanaryReport;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.users.GatewayUser;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A configuration in the place of another, as far as there is something to say of it. */
record ConfigChange(GatewayConfig before, GatewayConfig after) {
    private static final Logger LOG = LoggerFactory.getLogger(ConfigChange.class);
    private static final int CHANGES_TOLD = 20;

    /** Writes into the log that some of it is not in force, where that is so. */
    void tellWhatNeedsNewStart() {
        if (needsNewStart()) {
            LOG.warn(
                    "Some changes of the configuration need a new start: listen, shards, embedded, limits, pool, breaker, statements,"
                            + " replicas, cache, http, peers, changes, admin, tenants_file, local_infile,"
                            + " compression, whether there is tls and whether it is required");
        }
    }

    /** Whether some of it is not in force. */
    boolean needsNewStart() {
        return !after.mysql().equals(before.mysql())
                || !after.http().equals(before.http())
                || after.onePortWaitMillis() != before.onePortWaitMillis()
                || !after.shards().equals(before.shards())
                || !Objects.equals(after.embedded(), before.embedded())
                || !after.limits().equals(before.limits())
                || !after.pool().equals(before.pool())
                || !after.breaker().equals(before.breaker())
                || !after.statements().equals(before.statements())
                || !after.replicas().equals(before.replicas())
                || !after.cache().equals(before.cache())
                || !after.web().equals(before.web())
                || !after.peers().equals(before.peers())
                || !Objects.equals(after.changes(), before.changes())
                || !Objects.equals(after.adminToken(), before.adminToken())
                || !Objects.equals(after.tenantsFile(), before.tenantsFile())
                || after.localInfile() != before.localInfile()
                || !after.compression().equals(before.compression())
                || (after.tls() == null) != (before.tls() == null)
                || (after.tls() != null
                        && after.tls().required() != before.tls().required());
    }

    /** The tenants for whom nobody may log in any more. */
    Set<String> tenantsGone() {
        var gone = tenants(before);
        gone.removeAll(tenants(after));
        return gone;
    }

    private static Set<String> tenants(GatewayConfig config) {
        return config.users().all().stream()
                .map(GatewayUser::tenant)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Writes into the log what another policy does to the statements that were seen lately. */
    static void tell(CanaryReport report) {
        report.diff()
                .changes()
                .forEach(change -> LOG.info("Policy {}: {}", report.diff().after(), change));
        if (report.changes().isEmpty() && report.movedTenants().isEmpty()) {
            return;
        }
        LOG.warn(
                "Policy {}: of {} kinds of statements {} move, {} are refused, {} are accepted; {} tenants move",
                report.diff().after(),
                report.evaluated(),
                report.count(CanaryReport.Effect.MOVES),
                report.count(CanaryReport.Effect.REFUSED),
                report.count(CanaryReport.Effect.ACCEPTED),
                report.movedTenants().size());
        report.changes().stream()
                .limit(CHANGES_TOLD)
                .forEach(change -> LOG.warn(
                        "{}: {} [{} -> {}]", change.effect(), change.fingerprint(), change.before(), change.after()));
    }
}
