// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import com.workersql.server.config.AuthConfig;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the keys of tokens come from: they are kept, fetched again when they have become old, and once more, but not more often
 * than every ten seconds, when a token names a key that is not among them. A fetch that fails leaves the keys that there are. Safe
 * for all threads; nothing blocks.
 */
final class KeySource {
    private static final Logger LOG = LoggerFactory.getLogger(KeySource.class);
    private static final long COOLDOWN_NANOS = Duration.ofSeconds(10).toNanos();

    private final AuthConfig.Jwt config;
    private final Function<URI, CompletableFuture<String>> fetch;
    private final LongSupplier nanoClock;
    private final Runnable changed;
    private volatile SigningKeys keys;
    private CompletableFuture<SigningKeys> running;
    private long fetchedNanos;
    private boolean everTried;

    /**
     * @param fetch gets the text behind an address
     * @param nanoClock the gateway's monotonic clock
     * @param changed called when other keys have come
     */
    KeySource(
            AuthConfig.Jwt config,
            Function<URI, CompletableFuture<String>> fetch,
            LongSupplier nanoClock,
            Runnable changed) {
        this.config = config;
        this.fetch = fetch;
        this.nanoClock = nanoClock;
        this.changed = changed;
        if (config.secret() != null) {
            keys = SigningKeys.ofSecret(config.secret().bytes());
        } else if (config.jwksText() != null) {
            keys = SigningKeys.ofJwks(config.jwksText());
        }
    }

    /** The keys of this moment; null before any were fetched. Begins a fetch where they have become old. */
    SigningKeys current() {
        if (config.jwksUrl() != null
                && isOlderThan(Duration.ofSeconds(config.refreshSeconds()).toNanos())) {
            var unused = refresh();
        }
        return keys;
    }

    /**
     * Whether what was signed by a key is still to be believed.
     *
     * @param hash of the key
     * @return true also while no keys have been fetched yet
     */
    boolean mayHold(String hash) {
        var now = current();
        return now == null || now.holds(hash);
    }

    /**
     * Keys that are newer than those of which one was missed.
     *
     * @return null when there are no others to be had now; the future never fails, and gives null when a fetch did
     */
    CompletableFuture<SigningKeys> newer() {
        return config.jwksUrl() == null || (keys != null && !isOlderThan(COOLDOWN_NANOS) && !isFetching())
                ? null
                : refresh();
    }

    private synchronized boolean isFetching() {
        return running != null;
    }

    private synchronized boolean isOlderThan(long nanos) {
        return !everTried || nanoClock.getAsLong() - fetchedNanos > nanos;
    }

    private synchronized CompletableFuture<SigningKeys> refresh() {
        if (running != null) {
            return running;
        }
        if (everTried && nanoClock.getAsLong() - fetchedNanos <= COOLDOWN_NANOS) {
            return CompletableFuture.completedFuture(keys);
        }
        everTried = true;
        fetchedNanos = nanoClock.getAsLong();
        running = new CompletableFuture<>();
        var result = running;
        fetch.apply(config.jwksUrl()).thenApply(SigningKeys::ofJwks).whenComplete((fetched, failure) -> {
            synchronized (this) {
                running = null;
            }
            if (failure != null) {
                LOG.warn("The keys of {} could not be fetched: {}", config.jwksUrl(), failure.toString());
            } else if (!fetched.equals(keys)) {
                keys = fetched;
                changed.run();
            }
            result.complete(keys);
        });
        return result;
    }
}
