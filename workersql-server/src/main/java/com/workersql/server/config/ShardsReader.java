// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Section;
import java.util.ArrayList;
import java.util.List;

/** Reads the section {@code shards}. Used once, by one thread. */
final class ShardsReader {
    private final ConfigFiles files;

    ShardsReader(ConfigFiles files) {
        this.files = files;
    }

    List<ShardConfig> read(Section root) {
        var shards = new ArrayList<ShardConfig>();
        root.namedSections("shards").forEach((name, section) -> {
            var fault = Names.fault(name, Names.MAX);
            if (fault != null) {
                section.problem(fault);
            }
            var shard = shard(name, section);
            if (shard != null) {
                shards.add(shard);
            }
        });
        return shards;
    }

    /** Null, and reported, where it is none. */
    private ShardConfig shard(String name, Section section) {
        var endpoints = new ArrayList<ShardEndpoint>();
        for (var endpoint : section.sections("endpoints")) {
            endpoints.add(new ShardEndpoint(
                    endpoint.requiredText("host"),
                    (int) endpoint.number("port", ShardEndpoint.DEFAULT_PORT, 1, 65_535),
                    endpoint.choice("role", Role.class, Role.PRIMARY)));
            endpoint.end();
        }
        if (!section.has("endpoints")) {
            section.missing("endpoints");
        }
        if (!section.has("account")) {
            section.missing("account");
        }
        var account = section.has("account") ? files.account(section.section("account")) : null;
        var tls = tls(section.section("tls"));
        int maxConnections = section.isText(ShardConfig.MAX_CONNECTIONS.key(), "auto")
                ? ShardConfig.AUTO
                : (int) section.number(ShardConfig.MAX_CONNECTIONS);
        int weight = (int) section.number(ShardConfig.WEIGHT);
        var wire = ShardWire.read(section);
        Boolean retrieval = section.has("allow_public_key_retrieval")
                ? (Boolean) section.flag("allow_public_key_retrieval", false)
                : null;
        var admin = section.has("admin_account") ? files.account(section.section("admin_account")) : null;
        section.end();
        if (!section.has("endpoints") || account == null) {
            return null;
        }
        return section.checked(
                () -> new ShardConfig(name, endpoints, account, tls, maxConnections, retrieval, weight, admin, wire),
                null);
    }

    private ShardTls tls(Section section) {
        var ca = files.path(section, "ca");
        if (ca != null) {
            files.isCertificate(ca, section, "ca");
        }
        var tls = new ShardTls(section.choice("mode", ShardTls.Mode.class, ShardTls.Mode.OFF), ca);
        section.end();
        return tls;
    }
}
