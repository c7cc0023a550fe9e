// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.router.policy.PolicyException;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TenantPlacement;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.config.yaml.Problem;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The text of the routing policy and where it comes from. A policy that stands inside the configuration keeps its lines and
 * columns there, so that an error of the policy's reader points into the configuration file.
 *
 * @param origin the file, for messages
 * @param text the policy document, YAML or JSON
 * @param tables the documents of single tables, by file name
 * @param added tenants that have a home besides those of the document
 * @param files where the documents stand by themselves; null where the policy is a part of something else
 */
public record PolicySource(
        String origin, String text, Map<String, String> tables, List<TenantPlacement> added, PolicyFiles files) {
    /** Copies the documents and tenants. */
    public PolicySource {
        tables = Map.copyOf(tables);
        added = List.copyOf(added);
    }

    /** A policy of one document. */
    public PolicySource(String origin, String text) {
        this(origin, text, Map.of(), List.of(), null);
    }

    /** The same policy with tenants that have a home besides those of the document. */
    public PolicySource withTenants(List<TenantPlacement> tenants) {
        return new PolicySource(origin, text, tables, tenants, files);
    }

    /**
     * The policy itself.
     *
     * @throws DocumentException with every fault, and its place in the file that the text comes from
     */
    public RoutingPolicy parse() {
        try {
            return RoutingPolicy.parse(text, tables).withTenants(added);
        } catch (PolicyException e) {
            throw new DocumentException(e.errors().stream()
                    .map(error -> new Problem(origin, error.line(), error.column(), "", error.message()))
                    .toList());
        } catch (IllegalArgumentException e) {
            throw new DocumentException(List.of(new Problem(origin, 0, 0, "", e.getMessage())));
        }
    }

    /**
     * The policy of a gateway that was given none: each tenant on its home, everybody else by the hash of the tenant's name.
     *
     * @param shards the names of all shards, at least one
     * @param homes the home shard of tenants that have one, by tenant
     */
    public static PolicySource byTenant(List<String> shards, Map<String, String> homes) {
        var text = new StringBuilder("version: 1\n");
        text.append("shards: [")
                .append(shards.stream().map(PolicySource::quoted).collect(Collectors.joining(", ")))
                .append("]\n");
        text.append("defaults: { strategy: tenant_hash }\n");
        if (!homes.isEmpty()) {
            text.append("tenants:\n");
            homes.forEach((tenant, shard) -> text.append("  ")
                    .append(quoted(tenant))
                    .append(": ")
                    .append(quoted(shard))
                    .append('\n'));
        }
        return new PolicySource("(built-in policy)", text.toString());
    }

    private static String quoted(String name) {
        return '"' + name + '"';
    }
}
