// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Where a command gets a password from, which is never its command line.
 *
 * @param in where it comes from when there is no terminal
 * @param console the terminal; null when there is none
 */
record PasswordInput(InputStream in, Console console) {

    /**
     * Asks for a password.
     *
     * @param err hears what is wrong with what was given
     * @return null when none was given
     */
    String read(PrintWriter err) throws IOException {
        var password = console == null
                ? new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine()
                : fromConsole(err);
        if (password == null || password.isEmpty()) {
            err.println("no password was given");
            return null;
        }
        return password;
    }

    private String fromConsole(PrintWriter err) {
        var first = console.readPassword("Password: ");
        var second = console.readPassword("Once more: ");
        if (!Arrays.equals(first, second)) {
            err.println("the two passwords differ");
            return null;
        }
        return first == null ? null : new String(first);
    }
}
