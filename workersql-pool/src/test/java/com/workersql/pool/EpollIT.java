// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

class EpollIT {
    @Test
    @EnabledIf("isEpollAvailable")
    void limitsHowLongBytesStayUnacknowledged() throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        try (var server = TestServer.start()) {
            var seen = new EpollSocketChannel[1];
            var config = PoolConfig.builder().tcpUserTimeoutMillis(4_321).channelFactory(() -> {
                seen[0] = new EpollSocketChannel();
                return seen[0];
            });
            try (var pool = BackendPool.create(config.build())) {
                var key = server.key();
                var result = PooledClient.builder(pool, key, group)
                        .build()
                        .query("SELECT 1")
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS);

                assertThat(result.singleValue()).isEqualTo(1L);
                assertThat(seen[0].config().getOption(EpollChannelOption.TCP_USER_TIMEOUT))
                        .isEqualTo(4_321);
                assertThat(seen[0].config().isTcpNoDelay()).isTrue();
                assertThat(seen[0].config().isKeepAlive()).isTrue();
            }
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).get(15, TimeUnit.SECONDS);
        }
    }

    static boolean isEpollAvailable() {
        return Epoll.isAvailable();
    }
}
