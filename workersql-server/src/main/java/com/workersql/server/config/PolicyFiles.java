// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files of a policy: its document, and a folder with the documents of single tables.
 *
 * @param document the policy document
 * @param tables the folder; null where there is none
 */
public record PolicyFiles(Path document, Path tables) {

    /** A file that is there while the others are replaced one by one, so that nobody takes a mixture for a policy. */
    public Path marker() {
        return document.resolveSibling(document.getFileName() + ".incomplete");
    }

    /** Where the policies are kept that were in force. */
    public Path versions() {
        return document.resolveSibling(document.getFileName() + ".versions");
    }

    /** The documents in a folder, by their names: those that end in yaml, yml or json. */
    public static Map<String, Path> documents(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            var documents = new TreeMap<String, Path>();
            files.filter(PolicyFiles::isDocument)
                    .forEach(file -> documents.put(file.getFileName().toString(), file));
            return documents;
        }
    }

    private static boolean isDocument(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file)
                && !name.startsWith(".")
                && List.of(".yaml", ".yml", ".json").stream().anyMatch(name::endsWith);
    }

    /**
     * Puts other documents in the place of these. Ended in the middle, it leaves {@link #marker()}, and is to be done again.
     *
     * @param text the policy document
     * @param tableDocuments the documents of single tables, by their names
     */
    public void replace(String text, Map<String, String> tableDocuments) throws IOException {
        if (tables == null && !tableDocuments.isEmpty()) {
            throw new IOException("the policy had documents of single tables, and now there is no tables_dir");
        }
        Files.writeString(marker(), "The policy is being replaced; if nobody does that, do it again.\n");
        if (tables != null) {
            for (var entry : documents(tables).entrySet()) {
                if (!tableDocuments.containsKey(entry.getKey())) {
                    Files.delete(entry.getValue());
                }
            }
            for (var entry : tableDocuments.entrySet()) {
                OwnerOnlyFiles.write(tables.resolve(entry.getKey()), entry.getValue());
            }
        }
        OwnerOnlyFiles.write(document, text);
        Files.delete(marker());
    }
}
