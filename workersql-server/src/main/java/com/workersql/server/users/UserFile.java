// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.users;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.server.config.Names;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.config.yaml.Problem;
import com.workersql.server.config.yaml.Section;
import com.workersql.server.config.yaml.YamlReader;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Set;

/** Reads the users file. */
public final class UserFile {

    private UserFile() {}

    /**
     * Reads a users document.
     *
     * @param file the name that errors carry
     * @param text the document
     * @throws DocumentException with every fault and its place
     */
    public static UserStore read(String file, String text) {
        var problems = new ArrayList<Problem>();
        var root = Section.root(file, YamlReader.read(file, text), problems);
        var users = new ArrayList<GatewayUser>();
        root.namedSections("users").forEach((name, section) -> users.add(user(name, section)));
        if (users.isEmpty()) {
            root.problem("holds no users");
        }
        root.end();
        if (!problems.isEmpty()) {
            throw new DocumentException(problems);
        }
        return UserStore.of(users);
    }

    private static GatewayUser user(String name, Section section) {
        var fault = Names.fault(name, Names.MAX);
        if (fault != null) {
            section.problem(fault);
        }
        var verifier = verifier(section);
        var tenant = section.text("tenant", null);
        var tenantFault = tenant == null ? null : Names.fault(tenant, Names.MAX_TENANT);
        if (tenantFault != null) {
            section.problem("tenant", tenantFault);
        }
        var permissions = section.choices("permissions", Permission.class, GatewayUser.DEFAULT_PERMISSIONS);
        var limits = section.section("limits");
        int maxConnections = (int) limits.number(GatewayUser.MAX_CONNECTIONS);
        limits.end();
        section.end();
        Set<Permission> granted =
                permissions.isEmpty() ? EnumSet.noneOf(Permission.class) : EnumSet.copyOf(permissions);
        return new GatewayUser(name, verifier, tenant, granted, maxConnections);
    }

    private static PasswordVerifier verifier(Section section) {
        var password = section.requiredText("password");
        try {
            return PasswordVerifier.parse(password);
        } catch (IllegalArgumentException e) {
            section.problem("password", "is " + e.getMessage() + "; the subcommand hash-password makes one");
            return PasswordVerifier.parse("");
        }
    }
}
