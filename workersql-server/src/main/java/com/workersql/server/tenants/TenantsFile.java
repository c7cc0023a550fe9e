// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.tenants;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.server.config.FilePermissions;
import com.workersql.server.config.FileStamp;
import com.workersql.server.config.Names;
import com.workersql.server.config.OwnerOnlyFiles;
import com.workersql.server.config.Secret;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.config.yaml.Problem;
import com.workersql.server.config.yaml.Section;
import com.workersql.server.config.yaml.YamlReader;
import com.workersql.server.tenants.TenantException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The file that keeps the tenants which were added while a gateway ran: a YAML document that only its owner may read, and that is
 * only ever replaced as a whole. Who changes it holds its lock; who reads it needs none.
 */
public final class TenantsFile {
    private final Path file;

    /**
     * A file.
     *
     * @param file need not exist yet; its directory has to
     */
    public TenantsFile(Path file) {
        this.file = file;
    }

    /** What shows that the file has changed. */
    public FileStamp stamp() {
        return FileStamp.of(file);
    }

    /**
     * The tenants; none where there is no file yet.
     *
     * @throws DocumentException with every fault and its place
     */
    public AddedTenants read() {
        if (!Files.exists(file)) {
            return new AddedTenants(file.toString(), Map.of());
        }
        var problems = new ArrayList<Problem>();
        if (FilePermissions.readableByOthers(file)) {
            problems.add(new Problem(
                    file.toString(), 0, 0, "", "may be read by every user of this machine; chmod o-rwx it"));
        }
        var tenants = new LinkedHashMap<String, AddedTenant>();
        var root = Section.root(file.toString(), YamlReader.read(file.toString(), text(file)), problems);
        root.namedSections("tenants").forEach((name, section) -> tenants.put(name, tenant(name, section)));
        root.end();
        if (!problems.isEmpty()) {
            throw new DocumentException(problems);
        }
        return new AddedTenants(file.toString(), tenants);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new DocumentException(List.of(new Problem(file.toString(), 0, 0, "", "cannot be read: " + e)));
        }
    }

    private static AddedTenant tenant(String name, Section section) {
        var fault = Names.tenantFault(name);
        if (fault != null) {
            section.problem(fault);
        }
        var state = section.choice("state", TenantState.class, TenantState.ACTIVE);
        boolean hasLogin = state == TenantState.ADDING || state == TenantState.ACTIVE;
        var tenant = new AddedTenant(
                name,
                state,
                section.requiredText("shard"),
                Secret.of(hasLogin ? section.requiredText("account_password") : ""),
                hasLogin ? section.requiredText("password_hash") : "");
        if (hasLogin) {
            try {
                PasswordVerifier.parse(tenant.passwordHash());
            } catch (IllegalArgumentException e) {
                section.problem("password_hash", "is " + e.getMessage());
            }
        }
        section.end();
        return tenant;
    }

    void write(AddedTenants tenants) {
        var text = new StringBuilder("""
                # Tenants that were added to the running gateway, written by it and by the subcommand tenant.
                # Keep it: it says where their data is, and without it nobody reaches that.
                """);
        text.append(tenants.byName().isEmpty() ? "tenants: {}\n" : "tenants:\n");
        for (var tenant : tenants.byName().values()) {
            text.append("  \"").append(tenant.name()).append("\":\n");
            text.append("    state: ")
                    .append(tenant.state().name().toLowerCase(Locale.ROOT))
                    .append('\n');
            text.append("    shard: \"").append(tenant.shard()).append("\"\n");
            if (!tenant.passwordHash().isEmpty()) {
                text.append("    account_password: ")
                        .append(tenant.accountPassword().text())
                        .append('\n');
                text.append("    password_hash: '")
                        .append(tenant.passwordHash().replace("'", "''"))
                        .append("'\n");
            }
        }
        try {
            OwnerOnlyFiles.write(file, text.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written: " + e, e);
        }
    }

    /**
     * Takes the lock of changes. It is the operating system's, so it ends with the process, however that ends.
     *
     * @return to be closed
     * @throws TenantException when somebody else changes tenants right now
     */
    FileChannel lock() {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file.resolveSibling(file.getFileName() + ".lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    OwnerOnlyFiles.permissions("rw-------"));
            if (channel.tryLock() != null) {
                return channel;
            }
            channel.close();
        } catch (OverlappingFileLockException e) {
            // Another thread of this process holds it.
        } catch (IOException e) {
            throw new UncheckedIOException("the lock of " + file + " cannot be taken: " + e, e);
        }
        throw new TenantException(
                Reason.FAILED, "tenants are being changed by somebody else right now (" + file + ".lock); try again");
    }
}
