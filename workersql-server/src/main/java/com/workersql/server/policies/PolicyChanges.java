// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.policies;

import com.workersql.router.CanaryReport;
import com.workersql.router.Router;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PolicySource;
import com.workersql.server.config.yaml.DocumentException;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** What there is to know and to do about the policy of a gateway that runs. Blocks; any thread, one call at a time. */
public final class PolicyChanges {
    private final Router router;
    private final Supplier<GatewayConfig> config;
    private final Consumer<GatewayConfig> reload;

    /**
     * Changes of a gateway's policy.
     *
     * @param router has the policy in force
     * @param config gives the configuration now, without added tenants
     * @param reload puts another configuration in force, or throws
     */
    public PolicyChanges(Router router, Supplier<GatewayConfig> config, Consumer<GatewayConfig> reload) {
        this.router = router;
        this.config = config;
        this.reload = reload;
    }

    /** The policy in force. */
    public RoutingPolicy policy() {
        return router.policy();
    }

    /** The policies that were in force, oldest first; none where the policy has no file of its own. */
    public List<PolicyVersions.Entry> versions() throws IOException {
        var files = config.get().policy().files();
        return files == null ? List.of() : new PolicyVersions(files).list();
    }

    /**
     * What a policy would do to the statements that were seen lately.
     *
     * @param document the policy document; the documents of single tables and the added tenants are those in force
     * @return the report; nothing has changed
     * @throws DocumentException when it is no policy
     */
    public CanaryReport canary(String document) {
        var now = config.get().policy();
        var added = router.policy().tenants().values().stream()
                .filter(home -> !now.parse().tenants().containsKey(home.tenant()))
                .toList();
        return router.canary(new PolicySource("the policy", document, now.tables(), added, null).parse());
    }

    /**
     * Puts a policy in force again that was in force before, and into its files.
     *
     * @param version its checksum
     * @return the version of the policy in force, which knows the added tenants too
     * @throws IllegalArgumentException when there is none, or it cannot be used with what there is now
     */
    public String rollback(String version) throws IOException {
        var base = config.get();
        var files = base.policy().files();
        if (files == null) {
            throw new IllegalArgumentException("the policy stands in the configuration itself; change it there");
        }
        var earlier = new PolicyVersions(files).find(version);
        if (earlier == null) {
            throw new IllegalArgumentException("no policy of version " + version + " is kept");
        }
        reload.accept(base.toBuilder().policy(earlier).build());
        files.replace(earlier.text(), earlier.tables());
        return router.policy().version();
    }
}
