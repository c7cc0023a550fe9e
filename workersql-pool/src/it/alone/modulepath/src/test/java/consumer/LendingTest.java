// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.workersql.pool.BackendPool;
import com.workersql.pool.BackendUnavailableException;
import com.workersql.pool.PooledConnection;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LendingTest {
    @Test
    void worksAsAModule() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var lending = new Lending()) {
            CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> refuseOne(server));
            Future<PooledConnection> connection = lending.borrow(server.getLocalPort());

            connection.await(30, TimeUnit.SECONDS);

            assertTrue(Lending.class.getModule().isNamed());
            assertEquals("com.workersql.pool", BackendPool.class.getModule().getName());
            var failure = assertInstanceOf(BackendUnavailableException.class, connection.cause());
            assertEquals(1040, failure.errno());
            answered.get(10, TimeUnit.SECONDS);
        }
    }

    /** What a server with too many connections says in place of its greeting. */
    private static void refuseOne(ServerSocket server) {
        try (var socket = server.accept()) {
            byte[] message = "Too many connections".getBytes(StandardCharsets.US_ASCII);
            var out = socket.getOutputStream();
            out.write(new byte[] {(byte) (3 + message.length), 0, 0, 0, (byte) 0xFF, 0x10, 0x04});
            out.write(message);
            out.flush();
            // Until the other side has read it and closes: an early end may overtake it as a reset.
            while (socket.getInputStream().read() >= 0) {}
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
