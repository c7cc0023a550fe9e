// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static com.workersql.protocol.testing.KerberosRealm.ALICE;
import static com.workersql.protocol.testing.KerberosRealm.SERVICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.GssapiCredentials;
import com.workersql.protocol.auth.GssapiLogin;
import com.workersql.protocol.auth.GssapiService;
import com.workersql.protocol.auth.GssapiVerifier;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.session.TlsMode;
import com.workersql.protocol.testing.KerberosRealm;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tickets over sockets, with one event loop for both sides: whoever waits on it stops everybody. */
class GssapiSocketTest {
    private static final List<String> ACCEPTING = new CopyOnWriteArrayList<>();

    private static KerberosRealm realm;
    private static EventLoopGroup loops;
    private static ExecutorService slow;
    private static Channel server;

    @BeforeAll
    static void start() throws Exception {
        realm = KerberosRealm.start();
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        slow = Executors.newCachedThreadPool(work -> new Thread(work, "slow"));
        GssapiCredentials own = realm.service(SERVICE);
        GssapiVerifier alice = GssapiVerifier.ofPrincipal(
                GssapiService.of(SERVICE),
                GssapiCredentials.perLogin(mechanisms -> {
                    ACCEPTING.add(Thread.currentThread().getName());
                    return own.acquire(mechanisms);
                }),
                ALICE);
        CredentialStore store = (user, schema, peer) -> switch (user) {
            case "alice" -> Credential.of(alice, null);
            case "nobody" -> Credential.of(PasswordVerifier.parse(""), null);
            default -> null;
        };
        ServerHandshakeConfig config = ServerHandshakeConfig.builder().build();
        server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        ServerHandshakeHandler.Listener listener = (ctx, client, decision) -> decision.accept(Ok.of(2));
                        channel.pipeline().addLast(new ServerHandshakeHandler(config, 1, store, slow, null, listener));
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    @AfterAll
    static void stop() {
        server.close().syncUninterruptibly();
        slow.shutdownNow();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static ClientHandshakeConfig config(GssapiCredentials credentials, Executor executor, long timeoutMillis) {
        return ClientHandshakeConfig.builder("alice")
                .tls(TlsMode.DISABLED)
                .gssapi(new GssapiLogin(credentials, null, executor))
                .timeoutMillis(timeoutMillis)
                .build();
    }

    private static LoginClient connect(ClientHandshakeConfig config) throws Exception {
        return LoginClient.connect(loops, ((InetSocketAddress) server.localAddress()).getPort(), config);
    }

    private static CompletableFuture<LoginClient> connecting(ClientHandshakeConfig config) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return connect(config);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                slow);
    }

    private static void connectWithoutTicket() throws Exception {
        connect(ClientHandshakeConfig.builder("nobody").tls(TlsMode.DISABLED).build())
                .close();
    }

    @Test
    void makesAndTakesTokensOnTheExecutors() throws Exception {
        ACCEPTING.clear();
        List<String> asking = new CopyOnWriteArrayList<>();
        GssapiCredentials alice = realm.client(ALICE);

        connect(config(
                        mechanisms -> {
                            asking.add(Thread.currentThread().getName());
                            return alice.acquire(mechanisms);
                        },
                        slow,
                        20_000))
                .close();

        assertThat(asking).containsExactly("slow");
        assertThat(ACCEPTING).containsExactly("slow");
    }

    @Test
    void othersOfTheSameEventLoopDoNotWaitForAKdcThatIsSilent() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        CompletableFuture<LoginClient> waiting = connecting(config(silent(asked, answered), slow, 20_000));
        asked.await();

        connectWithoutTicket();

        assertThat(waiting).isNotDone();
        answered.countDown();
        waiting.get(20, TimeUnit.SECONDS).close();
    }

    @Test
    void givesUpWaitingForAKdcAtItsDeadline() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);

        assertThatThrownBy(() -> connect(config(silent(new CountDownLatch(1), answered), slow, 100)))
                .hasRootCauseInstanceOf(TimeoutException.class);

        answered.countDown();
        connectWithoutTicket();
    }

    @Test
    void failsWhereItsExecutorTakesNoMore() {
        Executor full = work -> {
            throw new RejectedExecutionException("full");
        };

        assertThatThrownBy(() -> connect(config(realm.client(ALICE), full, 20_000)))
                .hasRootCauseInstanceOf(RejectedExecutionException.class);
    }

    /** What a credentials' owner throws is no ticket, and no wait for ever. */
    @Test
    void failsWhereItsCredentialsBreak() {
        assertThatThrownBy(() -> connect(config(
                        mechanisms -> {
                            throw new IllegalStateException("broken");
                        },
                        slow,
                        20_000)))
                .hasMessageContaining("'alice' has no credentials: broken");
    }

    private static GssapiCredentials silent(CountDownLatch asked, CountDownLatch answered) {
        GssapiCredentials alice = realm.client(ALICE);
        return mechanisms -> {
            asked.countDown();
            try {
                answered.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return alice.acquire(mechanisms);
        };
    }
}
