// SPDX-License-Identifier: Apache-2.0
package consumer;

import com.workersql.pool.AcquireRequest;
import com.workersql.pool.BackendAccount;
import com.workersql.pool.BackendPool;
import com.workersql.pool.Endpoint;
import com.workersql.pool.PoolConfig;
import com.workersql.pool.PoolKey;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.TlsMode;
import com.workersql.protocol.CapabilityFlags;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

final class Lending implements AutoCloseable {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BackendPool pool = BackendPool.create(PoolConfig.builder().build());

    Future<PooledConnection> borrow(int port) {
        var key = new PoolKey(
                new Endpoint("127.0.0.1", port),
                BackendAccount.of("app", "secret", "shop"),
                "acme",
                CapabilityFlags.NONE,
                TlsMode.DISABLED,
                45);
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        return pool.acquire(AcquireRequest.of(key, loops.next(), deadlineNanos));
    }

    @Override
    public void close() throws Exception {
        pool.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
