// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.pool.BackendUnavailableException.Reason;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.CompressedFrameDecoder;
import com.workersql.protocol.frame.CompressionAlgorithm;
import com.workersql.protocol.netty.ClientHandshakeHandler;
import com.workersql.protocol.netty.CompressionHandler;
import com.workersql.protocol.netty.ProxyHeaderSender;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerErrorException;
import com.workersql.protocol.session.ServerSession;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Map;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Opens connections: address, TCP, TLS, login, setup statement, all within one deadline. */
final class ConnectionOpener {
    private static final long NEEDED = CapabilityFlags.CLIENT_LONG_FLAG
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_SESSION_TRACK
            | CapabilityFlags.CLIENT_MULTI_RESULTS
            | CapabilityFlags.CLIENT_PS_MULTI_RESULTS;

    private static final String EPOLL_PACKAGE = "io.netty.channel.epoll.";

    /** By name, because the option's class comes with the epoll transport, which need not be there. */
    private static final ChannelOption<Integer> TCP_USER_TIMEOUT =
            ChannelOption.valueOf(EPOLL_PACKAGE + "EpollChannelOption#TCP_USER_TIMEOUT");

    private final PoolConfig config;
    private final PoolListener listener;
    private final HostResolver resolver;
    private volatile SslContext defaultTls;

    ConnectionOpener(PoolConfig config, PoolListener listener, HostResolver resolver) {
        this.config = config;
        this.listener = listener;
        this.resolver = resolver;
    }

    /** Hears how it ended, once, on the connection's event loop. */
    interface Callback {
        /**
         * The connection is ready.
         *
         * @param connection logged in and set up
         * @param identity how the server describes itself; null when it was not asked or does not tell
         */
        void opened(BackendConnection connection, ServerIdentity identity);

        void failed(BackendUnavailableException cause);
    }

    /** Opens a connection on an event loop; called there. */
    void open(PoolKey key, EventLoop loop, Callback callback) {
        assert loop.inEventLoop();
        new Attempt(key, loop, callback).start();
    }

    private final class Attempt implements ClientHandshakeHandler.Listener {
        private final PoolKey key;
        private final EventLoop loop;
        private final Callback callback;
        private final long startNanos = config.nanoClock().getAsLong();
        private ScheduledFuture<?> deadline;
        private Channel channel;
        private boolean ended;
        private int stepsLeft;

        Attempt(PoolKey key, EventLoop loop, Callback callback) {
            this.key = key;
            this.loop = loop;
            this.callback = callback;
        }

        void start() {
            deadline = loop.schedule(
                    () -> fail(
                            Reason.TIMEOUT,
                            "not ready within " + config.connectTimeoutMillis() + " ms (connectTimeoutMillis)",
                            null),
                    config.connectTimeoutMillis(),
                    TimeUnit.MILLISECONDS);
            resolver.resolve(key.endpoint().host(), loop, (address, cause) -> {
                if (cause != null) {
                    fail(Reason.UNRESOLVED, "its name has no address", cause);
                } else if (!ended) {
                    connect(address);
                }
            });
        }

        private void connect(InetAddress address) {
            SslContext tls;
            try {
                tls = tls();
            } catch (SSLException e) {
                fail(Reason.TLS, "TLS cannot be set up: " + e.getMessage(), e);
                return;
            }
            var login = login(address);
            var bootstrap = new Bootstrap()
                    .group(loop)
                    .channelFactory(() -> config.channelFactory().get())
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.SO_KEEPALIVE, true)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, config.connectTimeoutMillis())
                    .handler(new ChannelInitializer<>() {
                        @Override
                        protected void initChannel(Channel ch) {
                            limitUnacknowledged(ch);
                            switch (config.proxyProtocol()) {
                                case NONE -> {}
                                case V1 -> ch.pipeline().addLast(ProxyHeaderSender.ofConnection(1));
                                case V2 -> ch.pipeline().addLast(ProxyHeaderSender.ofConnection(2));
                            }
                            ch.pipeline()
                                    .addLast(new ClientHandshakeHandler(
                                            login,
                                            tls,
                                            key.endpoint().host(),
                                            key.endpoint().port(),
                                            Attempt.this));
                        }
                    });
            ChannelFuture connecting = bootstrap.connect(
                    new InetSocketAddress(address, key.endpoint().port()));
            channel = connecting.channel();
            connecting.addListener(f -> {
                if (!f.isSuccess()) {
                    onFailed(null, f.cause());
                }
            });
        }

        private ClientHandshakeConfig login(InetAddress address) {
            boolean askForKey = switch (config.publicKeyRetrieval()) {
                case NEVER -> false;
                case LOOPBACK -> address.isLoopbackAddress();
                case ALWAYS -> true;
            };
            return ClientHandshakeConfig.builder(key.account().user())
                    .password(key.account().secret())
                    .schema(key.account().database())
                    .capabilities(capabilities())
                    .collationId(key.collation())
                    .attributes(Map.of("program_name", "workersql"))
                    .tls(
                            switch (key.tls()) {
                                case DISABLED -> com.workersql.protocol.session.TlsMode.DISABLED;
                                case REQUIRED -> com.workersql.protocol.session.TlsMode.REQUIRED;
                                case VERIFY_IDENTITY -> com.workersql.protocol.session.TlsMode.VERIFY_IDENTITY;
                            })
                    .allowPublicKeyRetrieval(askForKey)
                    .timeoutMillis(config.connectTimeoutMillis())
                    .build();
        }

        private CapabilityFlags capabilities() {
            var needed = key.capabilities().with(NEEDED);
            return config.compression() == null
                    ? needed
                    : needed.with(config.compression().capability());
        }

        private SslContext tls() throws SSLException {
            if (key.tls() == TlsMode.DISABLED || config.sslContext() != null) {
                return config.sslContext();
            }
            if (defaultTls == null) {
                defaultTls = SslContextBuilder.forClient().build();
            }
            return defaultTls;
        }

        @Override
        public void onConnected(ChannelHandlerContext ctx, ServerSession session) {
            var connection = new BackendConnection(key, config, listener, ctx.channel(), session);
            var compression = CompressionAlgorithm.of(session.capabilities());
            if (compression != null) {
                ctx.pipeline()
                        .addLast(CompressionHandler.forClient(
                                compression, compression.defaultLevel(), CompressedFrameDecoder.MAX_FRAME_BYTES));
            }
            ctx.pipeline().addLast(connection);
            boolean identifies =
                    config.detectRestarts() && !config.identityStatement().isEmpty();
            // Not waiting for one another: the replies come one behind the other. The first step is this method itself.
            stepsLeft = 1;
            if (!config.setupStatement().isEmpty()) {
                stepsLeft++;
                connection
                        .own()
                        .setUp((status, cause) -> mustSucceed(connection, "the setup statement", status, cause));
            }
            if (connection.own().needsNames()) {
                stepsLeft++;
                connection.own().setNames((status, cause) -> mustSucceed(connection, "SET NAMES", status, cause));
            } else if (!connection.own().resetsToHandshakeCollation()) {
                stepsLeft++;
                connection.own().learnNames(cause -> stepEnded(connection, null, cause));
            }
            if (identifies) {
                stepsLeft++;
                connection.own().identify((identity, cause) -> stepEnded(connection, identity, cause));
            }
            stepEnded(connection, null, null);
        }

        private void mustSucceed(BackendConnection connection, String what, ReplyStatus status, Throwable cause) {
            if (cause == null && status.isError()) {
                fail(Reason.SETUP, status.errno(), status.sqlState(), what + " was refused: " + status.message(), null);
            } else {
                stepEnded(connection, null, cause);
            }
        }

        private void stepEnded(BackendConnection connection, ServerIdentity identity, Throwable cause) {
            stepsLeft--;
            if (cause != null) {
                fail(Reason.HANDSHAKE, "it broke while the session was set up: " + cause.getMessage(), cause);
            } else if (stepsLeft == 0) {
                try {
                    succeed(connection, identity);
                } catch (RuntimeException | Error e) {
                    // Whoever waits for the connection would wait for ever.
                    fail(Reason.HANDSHAKE, "it failed on this side", e);
                    throw e;
                }
            }
        }

        @Override
        public void onFailed(ChannelHandlerContext ctx, Throwable cause) {
            String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            if (cause instanceof ServerErrorException e) {
                fail(Reason.REJECTED, e.err().errno(), e.err().sqlState(), message, cause);
            } else if (cause instanceof TimeoutException || cause instanceof ConnectTimeoutException) {
                fail(Reason.TIMEOUT, message, cause);
            } else if (cause instanceof SSLException) {
                fail(Reason.TLS, message, cause);
            } else if (cause instanceof SocketException && ctx == null) {
                fail(Reason.REFUSED, message, cause);
            } else {
                fail(Reason.HANDSHAKE, message, cause);
            }
        }

        private void succeed(BackendConnection connection, ServerIdentity identity) {
            if (ended) {
                return;
            }
            listener.connectSucceeded(key.endpoint(), config.nanoClock().getAsLong() - startNanos);
            ended = true;
            deadline.cancel(false);
            callback.opened(connection, identity);
        }

        private void fail(Reason reason, String message, Throwable cause) {
            fail(reason, 0, null, message, cause);
        }

        private void fail(Reason reason, int errno, String sqlState, String message, Throwable cause) {
            if (ended) {
                return;
            }
            ended = true;
            deadline.cancel(false);
            var failure = new BackendUnavailableException(key.endpoint(), reason, errno, sqlState, message, cause);
            listener.connectFailed(key.endpoint(), failure);
            if (channel == null) {
                callback.failed(failure);
            } else {
                // Told when the socket is closed, since only then the server stops counting it.
                channel.close();
                channel.closeFuture().addListener(f -> callback.failed(failure));
            }
        }
    }

    private void limitUnacknowledged(Channel channel) {
        if (config.tcpUserTimeoutMillis() > 0 && channel.getClass().getName().startsWith(EPOLL_PACKAGE)) {
            channel.config().setOption(TCP_USER_TIMEOUT, config.tcpUserTimeoutMillis());
        }
    }
}
