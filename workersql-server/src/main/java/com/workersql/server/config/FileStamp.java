// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What shows that a file has changed, through symbolic links.
 *
 * @param modified its time
 * @param bytes its size; -1 when there is none
 * @param key which file it is, where the file system tells
 * @param readableByOthers whether every user of this machine may read it, for which a file of secrets is refused
 */
public record FileStamp(FileTime modified, long bytes, Object key, boolean readableByOthers) {
    private static final FileStamp ABSENT = new FileStamp(FileTime.fromMillis(0), -1, null, false);

    /** The stamp of a file; an absent one has a stamp too. */
    public static FileStamp of(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(
                    attributes.lastModifiedTime(),
                    attributes.size(),
                    attributes.fileKey(),
                    FilePermissions.readableByOthers(file));
        } catch (IOException e) {
            return ABSENT;
        }
    }
}
