// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import com.workersql.server.ShardDoctor;
import com.workersql.server.config.ConfigLoader;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Says what the shards of a configuration lack. */
@Command(
        name = "doctor",
        description =
                "Ask the shards whether their changes can be followed, and say what they lack: settings of the binary log,"
                        + " grants. The exit code is 1 when one lacks something.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    private static final int LACKING = 1;

    private final UnaryOperator<String> environment;

    @Spec
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "The gateway's configuration.")
    private Path configFile;

    /**
     * The subcommand.
     *
     * @param environment gives the value of an environment variable, or null
     */
    DoctorCommand(UnaryOperator<String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        var config = ConfigLoader.load(configFile, environment).config();
        if (config.shards().isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    configFile + " names no shards; embedded ones are set up so that they lack nothing");
        }
        var out = spec.commandLine().getOut();
        boolean lacking = false;
        for (var diagnosis : ShardDoctor.examine(config)) {
            var shard = diagnosis.shard();
            diagnosis.faults().forEach(fault -> out.println(shard + ": changes cannot be followed: " + fault));
            diagnosis.warnings().forEach(warning -> out.println(shard + ": " + warning));
            if (diagnosis.faults().isEmpty()) {
                out.println(shard + ": changes can be followed");
            }
            lacking |= !diagnosis.faults().isEmpty();
        }
        return lacking ? LACKING : 0;
    }
}
