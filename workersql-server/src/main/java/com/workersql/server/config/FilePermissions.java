// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;

/** Who may read a file that holds secrets. Where the file system has no POSIX permissions, nothing is known and nothing refused. */
public final class FilePermissions {
    private FilePermissions() {}

    /** Whether every user of this machine may read a file. */
    public static boolean readableByOthers(Path path) {
        try {
            return Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ);
        } catch (UnsupportedOperationException | IOException e) {
            return false;
        }
    }
}
