// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;

/**
 * What shows that a file has changed, through symbolic links.
 *
 * @param modified its time
 * @param bytes its size; -1 when there is none
 * @param key which file it is, where the file system tells
 */
public record FileStamp(FileTime modified, long bytes, Object key) {
    private static final FileStamp ABSENT = new FileStamp(FileTime.fromMillis(0), -1, null);

    /** The stamps of some files; an absent one has a stamp too. */
    public static List<FileStamp> of(List<Path> files) {
        return files.stream().map(FileStamp::of).toList();
    }

    private static FileStamp of(Path file) {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        } catch (IOException e) {
            return ABSENT;
        }
    }
}
