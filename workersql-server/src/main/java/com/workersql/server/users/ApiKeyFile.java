// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.users;

import com.workersql.server.config.Names;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.config.yaml.Problem;
import com.workersql.server.config.yaml.Section;
import com.workersql.server.config.yaml.YamlReader;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads the file of API keys. */
public final class ApiKeyFile {
    private ApiKeyFile() {}

    /**
     * Reads a document.
     *
     * @param file the name that errors carry
     * @param text the document
     * @return the keys, in the order of the file
     * @throws DocumentException with every fault and its place
     */
    public static List<ApiKey> read(String file, String text) {
        var problems = new ArrayList<Problem>();
        var root = Section.root(file, YamlReader.read(file, text), problems);
        var keys = new ArrayList<ApiKey>();
        root.namedSections("api_keys").forEach((name, section) -> key(name, section, keys));
        root.end();
        if (!problems.isEmpty()) {
            throw new DocumentException(problems);
        }
        return keys;
    }

    private static void key(String name, Section section, List<ApiKey> keys) {
        var fault = Names.fault(name, Names.MAX);
        if (fault != null) {
            section.problem(fault);
        }
        var hash = section.requiredText("sha256");
        var tenant = section.text("tenant", null);
        var tenantFault = tenant == null ? null : Names.fault(tenant, Names.MAX_TENANT);
        if (tenantFault != null) {
            section.problem("tenant", tenantFault);
        }
        var permissions = section.choices("permissions", Permission.class, List.of(Permission.READ));
        var expires = expires(section);
        section.end();
        try {
            keys.add(new ApiKey(name, hash, tenant, Set.copyOf(permissions), expires));
        } catch (IllegalArgumentException e) {
            section.problem("sha256", e.getMessage());
        }
    }

    private static Instant expires(Section section) {
        var text = section.text("expires", null);
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            section.problem("expires", "found '" + text + "' where a time such as 2027-01-31T00:00:00Z is expected");
            return null;
        }
    }
}
