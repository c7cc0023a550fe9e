// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import com.workersql.router.policy.PolicyDiff;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.server.GatewayStartException;
import com.workersql.server.config.ConfigLoader;
import com.workersql.server.config.PolicyFiles;
import com.workersql.server.config.PolicySource;
import com.workersql.server.policies.PolicyVersions;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looks at policies before they are in force, and brings earlier ones back. */
@Command(
        name = "policy",
        description = "Check, compare and try out routing policies, and bring earlier ones back.",
        mixinStandardHelpOptions = true)
final class PolicyCommand implements Runnable {
    private static final Duration CONNECT_TIME = Duration.ofSeconds(5);

    /** A plan cache full of statements is planned anew. */
    private static final Duration ANSWER_TIME = Duration.ofMinutes(1);

    private final UnaryOperator<String> environment;

    @Spec
    private CommandSpec spec;

    /**
     * The subcommand.
     *
     * @param environment gives the value of an environment variable, or null
     */
    PolicyCommand(UnaryOperator<String> environment) {
        this.environment = environment;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "what is to be done is missing: validate, diff, canary, versions or rollback");
    }

    @Command(description = "Say whether a policy can be used.", mixinStandardHelpOptions = true)
    int validate(
            @Parameters(paramLabel = "FILE", description = "The policy document.") Path file,
            @Option(names = "--tables", paramLabel = "DIR", description = "The documents of single tables.")
                    Path tables)
            throws IOException {
        out().println(file + ": ok, version " + read(file, tables).version());
        return 0;
    }

    @Command(description = "Tell what changes from one policy to another.", mixinStandardHelpOptions = true)
    int diff(
            @Parameters(paramLabel = "BEFORE", description = "A policy document.") Path before,
            @Parameters(paramLabel = "AFTER", description = "Another one.") Path after)
            throws IOException {
        var diff = PolicyDiff.of(read(before, null), read(after, null));
        diff.changes().forEach(out()::println);
        out().println(diff.slots().slots() + " slots move");
        return 0;
    }

    @Command(
            description = "Ask a gateway that runs what a policy would do to the statements that it has seen lately.",
            mixinStandardHelpOptions = true)
    int canary(
            @Parameters(paramLabel = "FILE", description = "The policy document.") Path file,
            @Option(
                            names = "--gateway",
                            paramLabel = "URL",
                            defaultValue = "http://127.0.0.1:8080",
                            description = "The gateway's HTTP door (default: ${DEFAULT-VALUE}).")
                    URI gateway,
            @Option(
                            names = "--token-env",
                            paramLabel = "NAME",
                            defaultValue = "ADMIN_TOKEN",
                            description = "The environment variable with the admin token (default: ${DEFAULT-VALUE}).")
                    String variable)
            throws IOException, InterruptedException {
        String token = environment.apply(variable);
        if (token == null) {
            throw new ParameterException(
                    spec.commandLine(), "the environment variable " + variable + " with the admin token is not set");
        }
        if (!Files.exists(file)) {
            throw new StartFailure(Main.BAD_USAGE, file + " does not exist");
        }
        var answer = ask(gateway, token, file);
        boolean good = answer.statusCode() == 200;
        (good ? out() : err()).println(answer.body());
        return good ? 0 : 1;
    }

    private HttpResponse<String> ask(URI gateway, String token, Path file) throws InterruptedException {
        try {
            var request = HttpRequest.newBuilder(gateway.resolve("/v1/admin/policy/canary"))
                    .header("Authorization", "Bearer " + token)
                    .timeout(ANSWER_TIME)
                    .POST(HttpRequest.BodyPublishers.ofFile(file))
                    .build();
            return HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_TIME)
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            var reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            throw new StartFailure(Main.FAILED, "the gateway at " + gateway + " did not answer: " + reason);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "--gateway " + gateway + " is no address such as http://127.0.0.1:8080", e);
        }
    }

    @Command(description = "List the policies that were in force, the newest last.", mixinStandardHelpOptions = true)
    int versions(@Option(names = "--config", paramLabel = "FILE", required = true) Path config) throws IOException {
        for (var entry : new PolicyVersions(files(config)).list()) {
            out().println(entry.number() + "\t" + entry.version() + "\t" + entry.since());
        }
        return 0;
    }

    @Command(
            description = "Put an earlier policy into the place of the one now. A gateway that runs takes it over.",
            mixinStandardHelpOptions = true)
    int rollback(
            @Parameters(paramLabel = "VERSION", description = "The checksum that versions shows.") String version,
            @Option(names = "--config", paramLabel = "FILE", required = true) Path config)
            throws IOException {
        var files = files(config);
        var earlier = new PolicyVersions(files).find(version);
        if (earlier == null) {
            throw new StartFailure(
                    Main.BAD_USAGE, "no policy of version " + version + " is kept in " + files.versions());
        }
        earlier.parse();
        files.replace(earlier.text(), earlier.tables());
        out().println(files.document() + " is version " + version + " again");
        return 0;
    }

    private static RoutingPolicy read(Path file, Path tables) throws IOException {
        if (!Files.exists(file)) {
            throw new StartFailure(Main.BAD_USAGE, file + " does not exist");
        }
        var documents = new TreeMap<String, String>();
        if (tables != null) {
            for (var document : PolicyFiles.documents(tables).entrySet()) {
                documents.put(document.getKey(), Files.readString(document.getValue()));
            }
        }
        return new PolicySource(file.toString(), Files.readString(file), documents, List.of(), null).parse();
    }

    private PolicyFiles files(Path config) {
        var files = ConfigLoader.policyFiles(config);
        if (files == null) {
            throw new GatewayStartException(
                    GatewayStartException.BAD_CONFIGURATION, config + " has no policy_file", null);
        }
        return files;
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
