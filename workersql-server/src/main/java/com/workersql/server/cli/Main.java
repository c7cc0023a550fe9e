// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import com.workersql.server.Gateway;
import com.workersql.server.GatewayStartException;
import com.workersql.server.RunningGateway;
import com.workersql.server.config.ConfigLoader;
import com.workersql.server.config.ConfigWatcher;
import com.workersql.server.config.EmbeddedConfig;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.embedded.EmbeddedException;
import com.workersql.server.embedded.ShardListener;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.SocketException;
import java.nio.file.Path;
import java.security.Security;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program: starts a gateway and keeps it until the process is told to end. */
@Command(
        name = "workersql-server",
        description = "A gateway in front of MySQL and MariaDB shards for MySQL, HTTP and WebSocket clients.%n"
                + "Without a configuration file it starts shards of its own, for this machine only.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        usageHelpAutoWidth = true,
        sortOptions = false)
public final class Main implements Callable<Integer> {
    /** For how many seconds Java remembers the address of a name; 30 where nothing is set. */
    private static final String NAMES_SECONDS = "networkaddress.cache.ttl";

    private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

    /** The exit code for options or a configuration that cannot be used. */
    static final int BAD_USAGE = GatewayStartException.BAD_CONFIGURATION;

    /** The exit code for an address that cannot be listened on. */
    static final int ADDRESS_IN_USE = GatewayStartException.ADDRESS_IN_USE;

    /** The exit code for what went wrong otherwise. */
    static final int FAILED = 1;

    /** Starts the gateway itself. */
    interface Starter {
        /**
         * Starts it.
         *
         * @param listener hears how embedded shards come up
         */
        RunningGateway start(GatewayConfig config, ShardListener listener);
    }

    private final Starter starter;
    private final UnaryOperator<String> environment;
    private final Lifetime lifetime;

    @Spec
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "Use this configuration; it is watched for changes.")
    private Path configFile;

    @Option(names = "--check-config", description = "Say whether the configuration can be used, and start nothing.")
    private boolean checkOnly;

    @Option(names = "--shards", paramLabel = "N", description = "Start N embedded shards (default: 2).")
    private Integer shards;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description =
                    "Keep embedded shards and their credentials here (default: .workersql in the home directory).")
    private Path dataDir;

    @Option(names = "--mysql-port", paramLabel = "PORT", description = "The port for MySQL clients (default: 3307).")
    private Integer mysqlPort;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "The port for HTTP and WebSocket clients (default: 8080).")
    private Integer httpPort;

    /**
     * The program.
     *
     * @param starter starts the gateway itself
     * @param environment gives the value of an environment variable, or null
     * @param lifetime how long it runs
     */
    Main(Starter starter, UnaryOperator<String> environment, Lifetime lifetime) {
        this.starter = starter;
        this.environment = environment;
        this.lifetime = lifetime;
    }

    /**
     * Runs the program.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        // Since Java 22 a console is said to be there even where there is no terminal, unless this is asked for.
        System.setProperty("jdk.console", "java.base");
        // Watching every hundredth buffer for leaks costs a stack trace each; the tests watch all of them.
        if (System.getProperty(LEAK_DETECTION) == null) {
            System.setProperty(LEAK_DETECTION, "disabled");
        }
        // A server that takes over another one's name is found as soon as the name leads there, and not half a minute
        // later.
        if (Security.getProperty(NAMES_SECONDS) == null && System.getProperty("sun.net.inetaddr.ttl") == null) {
            Security.setProperty(NAMES_SECONDS, "1");
        }
        var lifetime = Lifetime.ofProcess();
        var main = new Main(Gateway::start, System::getenv, lifetime);
        int code = commandLine(main, new PasswordInput(System.in, terminal())).execute(args);
        Logging.stop();
        lifetime.exit(code);
    }

    @SuppressWarnings("SystemConsoleNull")
    private static Console terminal() {
        return System.console();
    }

    /** The command line of this program, ready to be executed. */
    static CommandLine commandLine(Main main, PasswordInput input) {
        return new CommandLine(main)
                .addSubcommand(new HashPassword(input))
                .addSubcommand(new MakeApiKey())
                .addSubcommand(new TenantCommand(main.environment, input))
                .addSubcommand(new PolicyCommand(main.environment))
                .addSubcommand(new DoctorCommand(main.environment))
                .setParameterExceptionHandler((e, args) -> {
                    var err = e.getCommandLine().getErr();
                    err.println(e.getMessage());
                    err.println("Try --help.");
                    return BAD_USAGE;
                })
                .setExecutionExceptionHandler((e, commandLine, parsed) -> failed(e, commandLine.getErr()));
    }

    @Override
    public Integer call() throws IOException {
        var loaded = configFile == null
                ? new ConfigLoader.Loaded(GatewayConfig.defaults(), Map.of())
                : ConfigLoader.load(configFile, environment);
        var config = withOptions(loaded.config());
        if (checkOnly) {
            spec.commandLine()
                    .getOut()
                    .println((configFile == null ? "the default configuration" : configFile) + ": ok");
            return 0;
        }
        Logging.configure(config.logging());
        refusePortsInUse(config);
        var progress = new ConsoleProgress(System.err);
        try (var gateway = starter.start(config, progress);
                var watcher = watch(loaded, gateway)) {
            spec.commandLine().getOut().println(Banner.of(Version.text(), config, gateway));
            lifetime.awaitEnd(gateway.whenStopped());
        }
        return 0;
    }

    private ConfigWatcher watch(ConfigLoader.Loaded loaded, RunningGateway gateway) {
        return configFile == null
                ? null
                : ConfigWatcher.start(configFile, environment, loaded, changed -> {
                    var config = withOptions(changed);
                    var embedded = gateway.embeddedShards();
                    gateway.reload(embedded == null ? config : embedded.applyTo(config));
                    Logging.configure(config.logging());
                });
    }

    private GatewayConfig withOptions(GatewayConfig config) {
        try {
            var builder = config.toBuilder();
            if (config.hasOnePort() && (mysqlPort != null || httpPort != null)) {
                throw new IllegalArgumentException((mysqlPort != null ? "--mysql-port" : "--http-port")
                        + " is for doors with ports of their own, but " + configFile + " has one for all (listen.any)");
            }
            if (mysqlPort != null) {
                builder.mysql(config.mysql().withPort(mysqlPort));
            }
            if (httpPort != null) {
                builder.http(config.http().withPort(httpPort));
            }
            if (shards != null || dataDir != null) {
                builder.embedded(embedded(config.embedded()));
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private EmbeddedConfig embedded(EmbeddedConfig config) {
        if (config == null) {
            throw new IllegalArgumentException((shards == null ? "--data-dir" : "--shards")
                    + " is for embedded shards, but " + configFile + " names existing ones");
        }
        var sized = shards == null ? config : config.withShards(shards);
        return dataDir == null ? sized : sized.withDataDir(dataDir);
    }

    /** Looks before the shards are started, which takes seconds the first time; the gateway itself decides. */
    private static void refusePortsInUse(GatewayConfig config) throws IOException {
        for (var door : List.of(config.mysql(), config.http())) {
            var address = door.resolve();
            if (address.isUnresolved()) {
                throw new StartFailure(BAD_USAGE, door + " cannot be listened on: no address of that name is known");
            }
            try (var socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(address);
            } catch (SocketException e) {
                var separate =
                        door.equals(config.mysql()) ? "--mysql-port or listen.mysql" : "--http-port or listen.http";
                var option = config.hasOnePort() ? "listen.any" : separate;
                throw new StartFailure(
                        ADDRESS_IN_USE,
                        door + " cannot be listened on: " + e.getMessage() + "; choose another by " + option);
            }
        }
    }

    private static int failed(Exception failure, PrintWriter err) {
        if (failure instanceof DocumentException) {
            err.println(failure.getMessage());
            return BAD_USAGE;
        }
        if (failure instanceof StartFailure start) {
            err.println(start.getMessage());
            return start.exitCode();
        }
        if (failure instanceof GatewayStartException start) {
            err.println(start.getMessage());
            return start.exitCode();
        }
        if (failure instanceof EmbeddedException) {
            err.println(failure.getMessage());
            return FAILED;
        }
        failure.printStackTrace(err);
        return FAILED;
    }
}
