// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Section;
import com.workersql.server.config.yaml.YamlNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the policy of a configuration, which stands in it or in files of its own. Used once, by one thread. */
final class PolicyReader {
    private final ConfigFiles files;
    private final String origin;
    private final String text;

    /**
     * @param origin the configuration's name in errors
     * @param text its text
     */
    PolicyReader(ConfigFiles files, String origin, String text) {
        this.files = files;
        this.origin = origin;
        this.text = text;
    }

    /** The files of the policy; null where it has none of its own. */
    static PolicyFiles files(ConfigFiles files, Section root) {
        var document = files.path(root, "policy_file");
        return document == null ? null : new PolicyFiles(document, files.path(root, "tables_dir"));
    }

    /** Null where there is none. */
    PolicySource read(Section root) {
        var policyFile = files.path(root, "policy_file");
        var inline = root.has("policy") ? root.value("policy") : null;
        var tablesDir = files.path(root, "tables_dir");
        var tables = tablesDir == null ? Map.<String, String>of() : tableDocuments(root, tablesDir);
        if (policyFile != null) {
            if (inline != null) {
                root.problem("policy_file", "stands beside policy; give one of them");
            }
            return ofFiles(root, new PolicyFiles(policyFile, tablesDir), tables);
        }
        if (inline == null) {
            if (tablesDir != null) {
                root.problem("tables_dir", "is for a policy; give policy_file or policy");
            }
            return null;
        }
        if (inline instanceof YamlNode.Mapping mapping) {
            return new PolicySource(origin, excerpt(mapping), tables, List.of(), null);
        }
        root.problem("policy", "found " + inline.kind() + " where a mapping is expected");
        return null;
    }

    private PolicySource ofFiles(Section root, PolicyFiles policyFiles, Map<String, String> tables) {
        var document = files.text(policyFiles.document(), root, "policy_file");
        files.watch(policyFiles.marker());
        if (Files.exists(policyFiles.marker())) {
            root.problem(
                    "policy_file",
                    "is being replaced by another version; if nobody does that (" + policyFiles.marker()
                            + "), repeat the rollback");
        }
        return new PolicySource(policyFiles.document().toString(), document, tables, List.of(), policyFiles);
    }

    private Map<String, String> tableDocuments(Section root, Path folder) {
        files.watch(folder);
        var tables = new LinkedHashMap<String, String>();
        try {
            PolicyFiles.documents(folder)
                    .forEach((name, document) -> tables.put(name, files.text(document, root, "tables_dir")));
        } catch (IOException e) {
            root.problem("tables_dir", folder + (Files.exists(folder) ? " cannot be read: " + e : " does not exist"));
        }
        return tables;
    }

    /** The mapping's own text at the line and column where it stands, so that places in it are places in the file. */
    private String excerpt(YamlNode.Mapping mapping) {
        int start = text.offsetByCodePoints(0, mapping.startIndex());
        int end = text.offsetByCodePoints(0, mapping.endIndex());
        return "\n".repeat(mapping.line() - 1) + " ".repeat(mapping.column() - 1) + text.substring(start, end);
    }
}
