// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import com.workersql.server.config.Names;
import com.workersql.server.users.ApiKey;
import java.security.SecureRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes an API key: the text for its bearer, and the entry for the file of keys. */
@Command(
        name = "make-api-key",
        description = "Make a key for calls over HTTP. It is shown once; the entry for the api_keys_file follows it.",
        mixinStandardHelpOptions = true)
final class MakeApiKey implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "What the key is called; its statements run as this user.")
    private String name;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var fault = Names.fault(name, Names.MAX);
        if (fault != null) {
            spec.commandLine().getErr().println("'" + name + "' " + fault);
            return Main.BAD_USAGE;
        }
        var key = ApiKey.generate(name, new SecureRandom());
        var out = spec.commandLine().getOut();
        out.println(key);
        out.println();
        out.println("api_keys:");
        out.println("  " + name + ":");
        out.println("    sha256: " + ApiKey.hash(key));
        out.println("    tenant: TENANT");
        out.println("    permissions: [read]");
        return 0;
    }
}
