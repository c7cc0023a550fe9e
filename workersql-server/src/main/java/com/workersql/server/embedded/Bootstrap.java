// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;

/**
 * Makes data directories that hold a server's own tables and nothing else.
 *
 * @param programs the server's
 * @param temporaryDirectory where the server keeps its temporary files; exists
 * @param log what the server says is added to it
 */
record Bootstrap(DatabasePrograms programs, Path temporaryDirectory, Path log) {

    /**
     * Makes one under another name first, so that one with this name is always complete.
     *
     * @return the server's exit code; where it is not 0, there is none
     */
    int make(Path dataDirectory) throws IOException, InterruptedException {
        var partial = dataDirectory.resolveSibling(dataDirectory.getFileName() + ".partial");
        Unpacker.deleteTree(partial);
        Files.createDirectories(partial);
        var command = new ArrayList<String>();
        command.add(programs.server().toString());
        command.add("--no-defaults");
        command.add("--datadir=" + partial);
        command.addAll(ServerOptions.common(programs, temporaryDirectory));
        command.add(programs.isMariaDb() ? "--bootstrap" : "--initialize-insecure");
        var bootstrap = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        try (var in = bootstrap.getOutputStream()) {
            if (programs.isMariaDb()) {
                in.write("CREATE DATABASE mysql;\nUSE mysql;\n".getBytes(StandardCharsets.UTF_8));
                for (var script : programs.systemScripts()) {
                    Files.copy(script, in);
                }
            }
        } catch (IOException e) {
            // The program ended early; its exit code and log say why.
        }
        int code = bootstrap.waitFor();
        if (code == 0) {
            Files.move(partial, dataDirectory, StandardCopyOption.ATOMIC_MOVE);
        }
        return code;
    }
}
