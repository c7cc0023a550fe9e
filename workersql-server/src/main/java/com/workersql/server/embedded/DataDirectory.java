// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The directory of all embedded shards, held by one gateway at a time. The lock is the operating system's, so it ends with the
 * process, however that ends.
 */
final class DataDirectory implements AutoCloseable {
    private final Path root;
    private final FileChannel lock;

    private DataDirectory(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /** Makes the directory if needed and takes its lock. */
    static DataDirectory open(Path root) {
        FileChannel channel = null;
        try {
            if (!Files.isDirectory(root)) {
                Files.createDirectories(root.toAbsolutePath().getParent());
                Files.createDirectory(root, ownerOnly("rwx------"));
            }
            channel = FileChannel.open(
                    root.resolve("lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    ownerOnly("rw-------"));
            if (channel.tryLock() == null) {
                var owner = read(channel);
                channel.close();
                throw inUse(root, owner);
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
                    0);
            return new DataDirectory(root, channel);
        } catch (OverlappingFileLockException e) {
            throw inUse(root, Long.toString(ProcessHandle.current().pid()));
        } catch (IOException e) {
            throw new EmbeddedException("the data directory " + root + " cannot be used: " + e, e);
        }
    }

    Path root() {
        return root;
    }

    Path credentialsFile() {
        return root.resolve("credentials.yaml");
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new EmbeddedException("the lock of " + root + " cannot be released: " + e, e);
        }
    }

    /** Permissions for a new file or directory, where the file system knows permissions. */
    static FileAttribute<?>[] ownerOnly(String permissions) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static EmbeddedException inUse(Path root, String owner) {
        return new EmbeddedException("the data directory " + root + " is in use by another gateway (process " + owner
                + "); stop that one or choose another directory with --data-dir");
    }

    private static String read(FileChannel channel) throws IOException {
        var buffer = ByteBuffer.allocate(20);
        channel.read(buffer, 0);
        return new String(buffer.array(), 0, buffer.position(), StandardCharsets.US_ASCII);
    }
}
