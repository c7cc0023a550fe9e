// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import com.workersql.server.TenantTool;
import com.workersql.server.config.ConfigLoader;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.tenants.TenantChanges;
import com.workersql.server.tenants.TenantException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** Adds, drops and lists tenants, beside the gateway that runs or without one. */
@Command(
        name = "tenant",
        description = "Add, drop or list tenants. A gateway that runs takes the change over by itself.",
        mixinStandardHelpOptions = true)
final class TenantCommand implements Runnable {
    private final UnaryOperator<String> environment;
    private final PasswordInput input;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            description = "The gateway's configuration.")
    private Path configFile;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            scope = ScopeType.INHERIT,
            description = "Where the gateway's embedded shards are (default: .workersql in the home directory).")
    private Path dataDir;

    /**
     * The subcommand.
     *
     * @param environment gives the value of an environment variable, or null
     * @param input where a password comes from
     */
    TenantCommand(UnaryOperator<String> environment, PasswordInput input) {
        this.environment = environment;
        this.input = input;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what is to be done is missing: add, drop or list");
    }

    @Command(
            description = "Add a tenant: its home, database, account and gateway user.",
            mixinStandardHelpOptions = true)
    int add(
            @Parameters(paramLabel = "NAME", description = "The tenant, its database and its gateway user.")
                    String name,
            @Option(
                            names = "--password",
                            description = "Ask for the user's password, or read it as one line from standard input;"
                                    + " otherwise one is made and shown.")
                    boolean asksForPassword,
            @Option(
                            names = "--shard",
                            paramLabel = "SHARD",
                            description = "Its home; otherwise the policy's strategy for new tenants chooses.")
                    String shard,
            @Option(
                            names = "--existing-data",
                            description =
                                    "Give it the data of a tenant of this name that was dropped without its data.")
                    boolean takesOverData)
            throws IOException {
        String password = asksForPassword ? input.read(err()) : null;
        if (asksForPassword && password == null) {
            return Main.BAD_USAGE;
        }
        return change(tenants -> {
            var added = tenants.add(new TenantChanges.Request(name, password, shard, takesOverData));
            out().println("tenant    " + added.name());
            out().println("home      " + added.shard());
            out().println("database  " + added.database());
            out().println("user      " + added.name());
            if (password == null) {
                out().println("password  " + added.password() + "  (shown this once)");
            }
            out().println("policy    " + added.policyVersion());
        });
    }

    @Command(
            description = "Drop a tenant that was added: its user and its account; its sessions end.",
            mixinStandardHelpOptions = true)
    int drop(
            @Parameters(paramLabel = "NAME", description = "The tenant.") String name,
            @Option(names = "--drop-data", description = "Drop its database too.") boolean dropData)
            throws IOException {
        return change(tenants -> {
            tenants.drop(name, dropData);
            out().println("tenant " + name + " is dropped" + (dropData ? ", with its data" : "; its data stays"));
        });
    }

    @Command(description = "List the tenants with their homes.", mixinStandardHelpOptions = true)
    int list() throws IOException {
        return change(tenants -> tenants.list()
                .forEach(tenant -> out().println(tenant.name() + "\t" + tenant.shard() + "\t" + tenant.state())));
    }

    /** What a command does with the tenants. */
    @FunctionalInterface
    private interface Work {
        void on(TenantChanges tenants);
    }

    private int change(Work work) throws IOException {
        var progress = new ConsoleProgress(System.err);
        try (var tool = TenantTool.open(config(), progress)) {
            work.on(tool.changes());
            return 0;
        } catch (TenantException e) {
            err().println(e.getMessage());
            return e.reason() == TenantException.Reason.FAILED ? 1 : Main.BAD_USAGE;
        }
    }

    private GatewayConfig config() {
        var config = configFile == null
                ? GatewayConfig.defaults()
                : ConfigLoader.load(configFile, environment).config();
        if (dataDir == null) {
            return config;
        }
        if (config.embedded() == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--data-dir is for embedded shards, but " + configFile + " names existing ones");
        }
        return config.toBuilder()
                .embedded(config.embedded().withDataDir(dataDir))
                .build();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
