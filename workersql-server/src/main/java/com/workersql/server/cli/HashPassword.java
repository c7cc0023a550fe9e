// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import com.workersql.protocol.auth.PasswordVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints the verifier of a password for the users file. */
@Command(
        name = "hash-password",
        description =
                "Print the hash of a password for the users file. The password is asked for, or read as one line from standard input.",
        mixinStandardHelpOptions = true)
final class HashPassword implements Callable<Integer> {
    private final PasswordInput input;

    @Spec
    private CommandSpec spec;

    /**
     * The subcommand.
     *
     * @param input where the password comes from
     */
    HashPassword(PasswordInput input) {
        this.input = input;
    }

    @Override
    public Integer call() throws IOException {
        var password = input.read(spec.commandLine().getErr());
        if (password == null) {
            return Main.BAD_USAGE;
        }
        spec.commandLine()
                .getOut()
                .println(PasswordVerifier.hashCachingSha2(
                        password.getBytes(StandardCharsets.UTF_8), new SecureRandom()));
        return 0;
    }
}
