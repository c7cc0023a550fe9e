// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import com.workersql.protocol.auth.PasswordVerifier;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
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
    private final InputStream in;
    private final Console console;

    @Spec
    private CommandSpec spec;

    /**
     * The subcommand.
     *
     * @param in where the password comes from when there is no terminal
     * @param console the terminal; null when there is none
     */
    HashPassword(InputStream in, Console console) {
        this.in = in;
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        var password = console == null ? fromInput() : fromConsole();
        if (password == null || password.isEmpty()) {
            spec.commandLine().getErr().println("no password was given");
            return Main.BAD_USAGE;
        }
        spec.commandLine()
                .getOut()
                .println(PasswordVerifier.hashCachingSha2(
                        password.getBytes(StandardCharsets.UTF_8), new SecureRandom()));
        return 0;
    }

    private String fromInput() throws IOException {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
    }

    private String fromConsole() {
        var first = console.readPassword("Password: ");
        var second = console.readPassword("Once more: ");
        if (!Arrays.equals(first, second)) {
            spec.commandLine().getErr().println("the two passwords differ");
            return null;
        }
        return first == null ? null : new String(first);
    }
}
