// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.DocumentException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the configuration file and the policy, users and certificate files that it names, and publishes one whole configuration
 * whenever any of them has changed. What cannot be read is logged with its places, and the configuration before it stays.
 *
 * <p>Files are looked at by their attributes every half second on one thread of its own: that sees every way of replacing a file on
 * every platform, symbolic links of mounted secrets among them, which notifications of the system do not.
 */
public final class ConfigWatcher implements AutoCloseable {
    /** The time between two looks. */
    public static final int INTERVAL_MILLIS = 500;

    private static final Logger LOG = LoggerFactory.getLogger(ConfigWatcher.class);

    private final Path file;
    private final UnaryOperator<String> environment;
    private final Consumer<GatewayConfig> publish;
    private final ScheduledExecutorService executor;
    /** Of before the files were read: a change since then is seen by the next look. */
    private Map<Path, FileStamp> stamps;

    private GatewayConfig current;
    private List<FileStamp> certificate;

    ConfigWatcher(
            Path file,
            UnaryOperator<String> environment,
            ConfigLoader.Loaded loaded,
            Consumer<GatewayConfig> publish,
            ScheduledExecutorService executor) {
        this.file = file;
        this.environment = environment;
        this.publish = publish;
        this.executor = executor;
        this.stamps = loaded.stamps();
        this.current = loaded.config();
        this.certificate = loaded.certificate();
    }

    /**
     * Begins to watch.
     *
     * @param file the configuration file
     * @param environment gives the value of an environment variable, or null
     * @param loaded what was read at start
     * @param publish takes each new configuration, on the watcher's thread; when it throws, the one before it stays
     */
    public static ConfigWatcher start(
            Path file, UnaryOperator<String> environment, ConfigLoader.Loaded loaded, Consumer<GatewayConfig> publish) {
        var executor = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "config-watcher");
            thread.setDaemon(true);
            return thread;
        });
        var watcher = new ConfigWatcher(file, environment, loaded, publish, executor);
        var unused =
                executor.scheduleWithFixedDelay(watcher::look, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        return watcher;
    }

    /** Looks once; called by one thread at a time. */
    void look() {
        try {
            if (stamps.entrySet().stream()
                    .allMatch(read -> FileStamp.of(read.getKey()).equals(read.getValue()))) {
                return;
            }
            var loaded = ConfigLoader.load(file, environment, this::watchToo);
            stamps = loaded.stamps();
            // A renewed certificate under its old name is no other configuration, but is to be read again.
            if (!loaded.config().equals(current) || !loaded.certificate().equals(certificate)) {
                publish.accept(loaded.config());
                current = loaded.config();
                certificate = loaded.certificate();
                LOG.info("the configuration of {} is in effect", file);
            }
        } catch (DocumentException e) {
            LOG.error("the changed configuration is not used, the one before stays: {}", e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("the changed configuration could not be put into effect, the one before stays", e);
        }
    }

    /** A file in which there is a fault is mended there, be it named by nothing that is in effect. */
    private void watchToo(Map<Path, FileStamp> read) {
        var all = new LinkedHashMap<>(read);
        stamps.keySet().forEach(before -> all.computeIfAbsent(before, FileStamp::of));
        stamps = all;
    }

    /** Ends watching. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
