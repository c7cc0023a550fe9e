// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import com.workersql.server.config.EmbeddedConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Data directories that nothing has been written to: made once for all tests of the module, and copied for each shard. */
final class EmptyData {
    private static final int BLOCK_BYTES = 64 * 1024;

    private EmptyData() {}

    /** Puts one where each shard of a configuration looks for its own; none may be there. */
    static void give(EmbeddedConfig config, Path unpacked) {
        try {
            var original = original(DatabasePrograms.of(config.server()), unpacked);
            for (int number = 0; number < config.shards(); number++) {
                copy(
                        original,
                        config.dataDir()
                                .resolve(EmbeddedConfig.shardName(number))
                                .resolve("data"));
            }
        } catch (IOException e) {
            throw new EmbeddedException("the data directories of a test cannot be made: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EmbeddedException("making the data directories of a test was interrupted", e);
        }
    }

    /** Tests of several processes at a time ask for it. */
    private static Path original(DatabasePrograms programs, Path unpacked) throws IOException, InterruptedException {
        var installation = programs.server().getParent().getParent().getFileName();
        var original = Files.createDirectories(unpacked).resolve("data-of-" + installation);
        if (!Files.isDirectory(original)) {
            try (var channel = FileChannel.open(
                            unpacked.resolve("data.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                if (lock.isValid() && !Files.isDirectory(original)) {
                    var temporary = Files.createDirectories(unpacked.resolve("tmp"));
                    int code = new Bootstrap(programs, temporary, unpacked.resolve("data.log")).make(original);
                    if (code != 0) {
                        throw new IOException("exit code " + code + ", see " + unpacked.resolve("data.log"));
                    }
                }
            }
        }
        return original;
    }

    private static void copy(Path from, Path to) throws IOException {
        List<Path> all;
        try (var found = Files.walk(from)) {
            all = found.toList();
        }
        for (var path : all) {
            var target = to.resolve(from.relativize(path).toString());
            if (Files.isDirectory(path)) {
                Files.createDirectories(target);
            } else {
                copyFile(path, target);
            }
        }
    }

    /** The files of InnoDB are almost all zeros, which need not be written. */
    private static void copyFile(Path from, Path to) throws IOException {
        var block = ByteBuffer.allocate(BLOCK_BYTES);
        var zeros = ByteBuffer.allocate(BLOCK_BYTES);
        try (var in = FileChannel.open(from, StandardOpenOption.READ);
                var out = FileChannel.open(
                        to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            long at = 0;
            for (int count = in.read(block.clear()); count >= 0; count = in.read(block.clear())) {
                block.flip();
                boolean isLast = at + count == in.size();
                if (isLast || !block.equals(zeros.clear().limit(count))) {
                    out.position(at);
                    while (block.hasRemaining()) {
                        out.write(block);
                    }
                }
                at += count;
            }
        }
    }
}
