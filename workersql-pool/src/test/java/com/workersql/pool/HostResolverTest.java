// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostResolverTest {
    private final EventLoop loop = new DefaultEventLoop();
    private final AtomicInteger lookups = new AtomicInteger();
    private final HostResolver resolver = new HostResolver(lookup -> {
        lookups.incrementAndGet();
        lookup.run();
    });

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private InetAddress resolve(String host) throws Exception {
        var found = new CompletableFuture<InetAddress>();
        resolver.resolve(host, loop, (address, cause) -> {
            if (cause == null) {
                found.complete(address);
            } else {
                found.completeExceptionally(cause);
            }
        });
        return found.get(20, TimeUnit.SECONDS);
    }

    @Test
    void aNameIsLookedUpForEachConnectionSinceItsServerMayHaveBeenReplaced() throws Exception {
        assertThat(resolve("localhost").isLoopbackAddress()).isTrue();
        assertThat(resolve("localhost").isLoopbackAddress()).isTrue();
        assertThat(lookups).hasValue(2);
    }

    @Test
    void aLiteralIsTakenAsItIs() throws Exception {
        assertThat(resolve("127.0.0.1").getHostAddress()).isEqualTo("127.0.0.1");
        assertThat(resolve("::1").isLoopbackAddress()).isTrue();
        assertThat(lookups).hasValue(0);
    }
}
