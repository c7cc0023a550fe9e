// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.workersql.pool.AcquireRequest;
import com.workersql.pool.BackendAccount;
import com.workersql.pool.BackendPool;
import com.workersql.pool.BackendUnavailableException;
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
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class UsesPoolTest {
    @Test
    void saysThatNobodyListens() throws Exception {
        int port;
        try (var closedAtOnce = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closedAtOnce.getLocalPort();
        }
        var key = new PoolKey(
                new Endpoint("127.0.0.1", port),
                BackendAccount.of("app", "secret", "shop"),
                "acme",
                CapabilityFlags.NONE,
                TlsMode.DISABLED,
                45);
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (BackendPool pool = BackendPool.create(PoolConfig.builder().build())) {
            long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            Future<PooledConnection> connection = pool.acquire(AcquireRequest.of(key, loops.next(), deadlineNanos));

            assertFalse(BackendPool.class.getModule().isNamed());
            connection.await(30, TimeUnit.SECONDS);
            var failure = assertInstanceOf(BackendUnavailableException.class, connection.cause());
            assertEquals(BackendUnavailableException.Reason.REFUSED, failure.reason());
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    @Test
    void bringsNoHttp() {
        assertThrows(ClassNotFoundException.class, () -> Class.forName("io.netty.handler.codec.http.HttpObject"));
    }
}
