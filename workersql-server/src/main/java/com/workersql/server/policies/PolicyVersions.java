// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.policies;

import com.workersql.server.config.OwnerOnlyFiles;
import com.workersql.server.config.PolicyFiles;
import com.workersql.server.config.PolicySource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The policies that were in force, in a folder beside the policy's document: one folder for each, named by a number that counts up and
 * by the checksum of its documents. Each appears as a whole. Blocks; used by one thread at a time.
 */
public final class PolicyVersions {
    private static final int KEPT = 50;
    private static final Pattern NAME = Pattern.compile("([0-9]{6,18})-([0-9a-f]{12})");
    private static final String DOCUMENT = "policy";
    private static final String TABLES = "tables";

    private final PolicyFiles files;

    /**
     * The versions of a policy.
     *
     * @param files its files
     */
    public PolicyVersions(PolicyFiles files) {
        this.files = files;
    }

    /**
     * A policy that was in force.
     *
     * @param number counts up, also when a policy comes back
     * @param version the checksum of its documents
     * @param since when it came into force
     */
    public record Entry(long number, String version, Instant since) {}

    /** The versions that are kept, oldest first. */
    public List<Entry> list() throws IOException {
        if (!Files.isDirectory(files.versions())) {
            return List.of();
        }
        var entries = new ArrayList<Entry>();
        try (var folders = Files.list(files.versions())) {
            for (var folder : folders.toList()) {
                var name = NAME.matcher(folder.getFileName().toString());
                if (name.matches()) {
                    entries.add(new Entry(
                            Long.parseLong(name.group(1)),
                            name.group(2),
                            Files.getLastModifiedTime(folder).toInstant()));
                }
            }
        }
        entries.sort(Comparator.comparingLong(Entry::number));
        return entries;
    }

    /**
     * Keeps a policy that has come into force, unless it is the last that is kept.
     *
     * @param policy the policy
     */
    public void keep(PolicySource policy) throws IOException {
        var entries = list();
        String version = policy.withTenants(List.of()).parse().version();
        long last = entries.isEmpty() ? 0 : entries.get(entries.size() - 1).number();
        if (!entries.isEmpty() && entries.get(entries.size() - 1).version().equals(version)) {
            return;
        }
        Files.createDirectories(files.versions(), OwnerOnlyFiles.permissions("rwx------"));
        var partial = files.versions().resolve(".partial");
        delete(partial);
        Files.createDirectories(partial.resolve(TABLES));
        OwnerOnlyFiles.write(partial.resolve(DOCUMENT), policy.text());
        for (var table : policy.tables().entrySet()) {
            OwnerOnlyFiles.write(partial.resolve(TABLES).resolve(table.getKey()), table.getValue());
        }
        Files.move(
                partial,
                files.versions().resolve(String.format(Locale.ROOT, "%06d-%s", last + 1, version)),
                StandardCopyOption.ATOMIC_MOVE);
        for (var entry : entries.subList(0, Math.max(0, entries.size() + 1 - KEPT))) {
            delete(folder(entry));
        }
    }

    /**
     * A policy that is kept.
     *
     * @param version its checksum
     * @return null when none of it is kept
     */
    public PolicySource find(String version) throws IOException {
        for (var entry : list()) {
            if (entry.version().equals(version)) {
                Map<String, String> tables = new TreeMap<>();
                for (var table :
                        PolicyFiles.documents(folder(entry).resolve(TABLES)).entrySet()) {
                    tables.put(table.getKey(), Files.readString(table.getValue()));
                }
                return new PolicySource(
                        files.document().toString(),
                        Files.readString(folder(entry).resolve(DOCUMENT)),
                        tables,
                        List.of(),
                        files);
            }
        }
        return null;
    }

    private Path folder(Entry entry) {
        return files.versions().resolve(String.format(Locale.ROOT, "%06d-%s", entry.number(), entry.version()));
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
