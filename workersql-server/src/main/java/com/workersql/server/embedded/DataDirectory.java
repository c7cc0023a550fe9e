// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import com.workersql.server.config.OwnerOnlyFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
                Files.createDirectory(root, OwnerOnlyFiles.permissions("rwx------"));
            }
            channel = FileChannel.open(
                    root.resolve("lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    OwnerOnlyFiles.permissions("rw-------"));
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

    /** Whether another process holds the directory now. */
    static boolean isInUse(Path root) {
        if (!Files.exists(root.resolve("lock"))) {
            return false;
        }
        try {
            open(root).close();
            return false;
        } catch (EmbeddedException e) {
            return true;
        }
    }

    Path credentialsFile() {
        return credentialsFile(root);
    }

    /** Where the passwords are kept. */
    static Path credentialsFile(Path root) {
        return root.resolve("credentials.yaml");
    }

    /** Where a running gateway tells the ports of its shards, one line each, in their order. */
    static Path portsFile(Path root) {
        return root.resolve("ports");
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new EmbeddedException("the lock of " + root + " cannot be released: " + e, e);
        }
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
