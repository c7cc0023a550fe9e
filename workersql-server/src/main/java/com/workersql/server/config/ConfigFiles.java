// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Problem;
import com.workersql.server.config.yaml.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A configuration file and what it names beside itself: other files, and variables of the environment. Used by one thread. */
final class ConfigFiles {
    private final Path file;
    private final UnaryOperator<String> environment;
    private final List<Problem> problems;
    private final Map<Path, FileStamp> watched = new LinkedHashMap<>();

    /**
     * @param environment gives the value of an environment variable, or null
     * @param problems to which is added what no section is there for yet
     */
    ConfigFiles(Path file, UnaryOperator<String> environment, List<Problem> problems) {
        this.file = file;
        this.environment = environment;
        this.problems = problems;
    }

    /** The text of the configuration file itself; empty, and reported, when it cannot be read. */
    String document() {
        watch(file);
        try {
            return Files.readString(file);
        } catch (IOException e) {
            problems.add(new Problem(file.toString(), 0, 0, "", reason(file, e)));
            return "";
        }
    }

    /** The path under a key, relative to the configuration file's own directory; null when the key is absent. */
    Path path(Section section, String key) {
        var found = section.text(key, null);
        if (found == null) {
            return null;
        }
        if (found.equals("~") || found.startsWith("~/")) {
            return Path.of(System.getProperty("user.home")).resolve(found.length() > 2 ? found.substring(2) : "");
        }
        return file.toAbsolutePath().resolveSibling(found).normalize();
    }

    /** The text of a file that is watched from here on; empty, and reported, when it cannot be read. */
    String text(Path path, Section section, String key) {
        watch(path);
        try {
            return Files.readString(path);
        } catch (IOException e) {
            section.problem(key, path + " " + reason(path, e));
            return "";
        }
    }

    private static String reason(Path path, IOException e) {
        return Files.exists(path) ? "cannot be read: " + e : "does not exist";
    }

    /** A secret under the key itself, in the file of {@code key_file} or the variable of {@code key_env}. */
    Secret secret(Section section, String key) {
        var value = section.text(key, null);
        var secretFile = path(section, key + "_file");
        var variable = section.text(key + "_env", null);
        if (value != null && secretFile == null && variable == null) {
            refuseReadableByOthers(file, section, key);
            return Secret.of(value);
        }
        if (value == null && secretFile != null && variable == null) {
            refuseReadableByOthers(secretFile, section, key + "_file");
            return Secret.of(text(secretFile, section, key + "_file").strip());
        }
        if (value == null && secretFile == null && variable != null) {
            var found = environment.apply(variable);
            if (found == null) {
                section.problem(key + "_env", "the environment variable " + variable + " is not set");
                return Secret.of("");
            }
            return Secret.of(found);
        }
        section.problem("needs exactly one of " + key + ", " + key + "_file and " + key + "_env");
        return Secret.of("");
    }

    /** A user's name and the secret {@code password}. Reads the section up to its end. */
    ShardAccount account(Section section) {
        var account =
                new ShardAccount(section.text("user", ""), secret(section, "password"), section.text("database", null));
        section.end();
        if (account.user().isEmpty()) {
            section.missing("user");
        }
        return account;
    }

    /** Reports a file that every user of the machine may read. */
    static void refuseReadableByOthers(Path path, Section section, String key) {
        if (FilePermissions.readableByOthers(path)) {
            section.problem(key, path + " may be read by every user of this machine; chmod o-rwx it");
        }
    }

    /** Whether a PEM file begins by a certificate; reported where it does not. */
    boolean isCertificate(Path path, Section section, String key) {
        return !section.fault(key, CertificateFiles.certificateFault(path));
    }

    /** Watches a file or a directory; to be called before it is read, so that a change from then on shows. */
    void watch(Path path) {
        watched.putIfAbsent(path, FileStamp.of(path));
    }

    /** What was read, with what showed of it before; the configuration file first. */
    Map<Path, FileStamp> watched() {
        return Collections.unmodifiableMap(watched);
    }
}
