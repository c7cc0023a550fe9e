// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.users;

import com.workersql.server.config.Names;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.config.yaml.Problem;
import com.workersql.server.config.yaml.Section;
import com.workersql.server.config.yaml.YamlReader;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the users file. */
public final class UserFile {
    private static final Pattern CACHING_SHA2 = Pattern.compile("\\$A\\$005\\$.{20}[./0-9A-Za-z]{43}", Pattern.DOTALL);
    private static final Pattern NATIVE = Pattern.compile("\\*[0-9A-Fa-f]{40}");

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
        var password = section.requiredText("password");
        if (!password.isEmpty()
                && !CACHING_SHA2.matcher(password).matches()
                && !NATIVE.matcher(password).matches()) {
            section.problem(
                    "password",
                    "is neither $A$005$ with salt and hash nor * with 40 hex digits; `hash-password` makes one of a password");
        }
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
        return new GatewayUser(name, password, tenant, granted, maxConnections);
    }
}
