// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.FastVerifierCache;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.frame.CompressionAlgorithm;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.netty.ChangeUserExchange;
import com.workersql.protocol.netty.CompressionHandler;
import com.workersql.protocol.netty.PacketDecoderHandler;
import com.workersql.protocol.netty.ServerHandshakeHandler;
import com.workersql.protocol.session.AuthenticatedClient;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.session.TlsOffer;
import com.workersql.router.ServerFlavor;
import com.workersql.server.error.GatewayError;
import com.workersql.server.execute.Shards;
import com.workersql.server.execute.StatementExecutor;
import com.workersql.server.login.Logins;
import com.workersql.server.peer.ClientAddress;
import com.workersql.server.session.SessionRegistry;
import com.workersql.server.session.SessionRestart;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslContext;
import java.security.SecureRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets MySQL clients in: greets them as the shards would, proves who they are, and gives each its session. */
public final class MySqlDoor extends ChannelInitializer<Channel> {
    private static final Logger LOG = LoggerFactory.getLogger(MySqlDoor.class);

    /** What the gateway offers to clients: what the shards have and the doors carry. */
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_LONG_PASSWORD
            | CapabilityFlags.CLIENT_LONG_FLAG
            | CapabilityFlags.CLIENT_FOUND_ROWS
            | CapabilityFlags.CLIENT_IGNORE_SPACE
            | CapabilityFlags.CLIENT_INTERACTIVE
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_MULTI_STATEMENTS
            | CapabilityFlags.CLIENT_MULTI_RESULTS
            | CapabilityFlags.CLIENT_PS_MULTI_RESULTS
            | CapabilityFlags.CLIENT_SESSION_TRACK
            | CapabilityFlags.CLIENT_DEPRECATE_EOF);

    private final StatementExecutor executor;
    private final Supplier<Shards> shards;
    private final Logins logins;
    private final SessionRegistry registry;
    private final Executor hashing;
    private final Supplier<SslContext> tls;
    private final TlsOffer tlsOffer;
    private final MySqlDoorSettings settings;
    private final Reservation budget;
    private final Supplier<GatewayError> draining;
    private final Entrance admission;
    private final RsaKeyPair rsaKeys;
    private final FastVerifierCache fastVerifiers = new FastVerifierCache(10_000);
    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Greeting greeting;
    private volatile Greeting plainGreeting;

    /** A greeting is made anew when the shards say that they are something else. */
    private record Greeting(String version, ServerHandshakeConfig config) {}

    /**
     * A door.
     *
     * @param executor runs statements
     * @param shards what the shards are right now
     * @param logins who may come in
     * @param registry the sessions that KILL may name
     * @param hashing runs slow password hashes
     * @param tls the certificate of the moment; null when TLS is not offered
     * @param tlsOffer whether TLS is offered or required
     * @param rsaKeys for full authentications without TLS
     * @param settings the limits
     * @param budget the bytes that all statements together may hold
     * @param draining gives the error for a client that asks for more while the gateway stops, null while it does not
     */
    public MySqlDoor(
            StatementExecutor executor,
            Supplier<Shards> shards,
            Logins logins,
            SessionRegistry registry,
            Executor hashing,
            Supplier<SslContext> tls,
            TlsOffer tlsOffer,
            RsaKeyPair rsaKeys,
            MySqlDoorSettings settings,
            Reservation budget,
            Supplier<GatewayError> draining) {
        this.executor = executor;
        this.shards = shards;
        this.logins = logins;
        this.registry = registry;
        this.hashing = hashing;
        this.tls = tls;
        this.tlsOffer = tlsOffer;
        this.rsaKeys = rsaKeys;
        this.settings = settings;
        this.budget = budget;
        this.draining = draining;
        this.admission = new Entrance(executor, shards, logins, registry, settings, draining);
    }

    /**
     * Lets a user whose password is known here log in without sending it once: drivers and command lines that have neither TLS
     * nor our RSA key would refuse to, or send it in clear.
     *
     * @param verifier the user's verifier
     * @param password the user's password; only a hash of it is kept
     */
    public void remember(PasswordVerifier verifier, byte[] password) {
        fastVerifiers.put(verifier, CachingSha2Password.fastVerifier(password));
    }

    @Override
    protected void initChannel(Channel channel) {
        initChannel(channel, tlsOffer);
    }

    /**
     * The same door behind a protocol that has TLS of its own, or needs none: the MySQL protocol's TLS is not offered.
     *
     * @return makes the pipeline of each channel that it is added to; counts with this door's connections
     */
    public ChannelHandler withoutTls() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                MySqlDoor.this.initChannel(channel, TlsOffer.OFF);
            }
        };
    }

    private void initChannel(Channel channel, TlsOffer offer) {
        if (connections.incrementAndGet() > settings.maxConnections()) {
            connections.decrementAndGet();
            refuse(
                    channel,
                    Err.of(
                            ServerErrors.ER_CON_COUNT_ERROR,
                            "Too many connections: " + settings.maxConnections()
                                    + " are open (limits.max_connections)"));
            return;
        }
        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
        int id = registry.nextId();
        channel.pipeline()
                .addLast(new ServerHandshakeHandler(
                        greeting(offer), id, logins, hashing, tls, new HandshakeEnd(offer), ClientAddress.of(channel)));
    }

    /** An ERR in the place of the greeting has no SQLSTATE: no protocol is agreed on yet. */
    private static void refuse(Channel channel, Err err) {
        var out = channel.alloc().buffer();
        err.encodePacket(out, 0, CapabilityFlags.NONE);
        channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    }

    private ServerHandshakeConfig greeting(TlsOffer offer) {
        String version = shards.get().versionText();
        var current = offer == tlsOffer ? greeting : plainGreeting;
        if (current == null || !current.version().equals(version)) {
            current = new Greeting(version, greeting(version, offer));
            if (offer == tlsOffer) {
                greeting = current;
            } else {
                plainGreeting = current;
            }
        }
        return current.config();
    }

    private ServerHandshakeConfig greeting(String version, TlsOffer offer) {
        return ServerHandshakeConfig.builder()
                .serverVersion(version)
                .capabilities(capabilities())
                .tls(offer)
                .rsaKeys(rsaKeys)
                .fastVerifiers(fastVerifiers)
                .random(random)
                .timeoutMillis(settings.handshakeTimeoutMillis())
                .build();
    }

    /** A MariaDB server tells of its further capabilities in the place of the bit for the old password hash. */
    private CapabilityFlags capabilities() {
        var offered =
                settings.maxLocalFileBytes() < 0 ? CAPABILITIES : CAPABILITIES.with(CapabilityFlags.CLIENT_LOCAL_FILES);
        for (var algorithm : settings.compression().algorithms()) {
            offered = algorithm.isAvailable() ? offered.with(algorithm.capability()) : offered;
        }
        return shards.get().flavor() == ServerFlavor.MARIADB
                ? offered.without(CapabilityFlags.CLIENT_LONG_PASSWORD)
                        .with(CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA)
                : offered;
    }

    private final class HandshakeEnd implements ServerHandshakeHandler.Listener {
        private final TlsOffer offer;

        HandshakeEnd(TlsOffer offer) {
            this.offer = offer;
        }

        @Override
        public void onAuthenticated(
                ChannelHandlerContext ctx, AuthenticatedClient client, ServerHandshakeHandler.Decision decision) {
            var admitted = admission.admit(ctx.channel(), client, decision);
            if (admitted != null) {
                var ok = admitted.welcome();
                var packets = new PacketDecoderHandler(settings.maxPacketBytes(), SequenceMode.RESTART, budget);
                var commands = new CommandHandler(executor, admitted, settings, draining, userChanges(packets, offer));
                var compression = CompressionAlgorithm.of(client.capabilities());
                if (compression == null) {
                    decision.accept(ok, packets, commands);
                } else {
                    int level = settings.compression().level(compression);
                    decision.accept(
                            ok,
                            CompressionHandler.forServer(compression, level, settings.maxPacketBytes()),
                            packets,
                            commands);
                }
            }
        }

        @Override
        public void onFailed(ChannelHandlerContext ctx, String user, Err err, String reason) {
            if (user != null || err != null) {
                LOG.info("Client {} (user {}) was not let in: {}", ClientAddress.of(ctx.channel()), user, reason);
            }
        }
    }

    /** Begins COM_CHANGE_USER for a client on whose channel the decoder is. */
    private UserChanges userChanges(PacketDecoderHandler decoder, TlsOffer offer) {
        return (ctx, current, command, changed) -> {
            var exchange = new ChangeUserExchange(
                    greeting(offer),
                    current,
                    logins,
                    hashing,
                    decoder.decoder(),
                    new ServerHandshakeHandler.Listener() {
                        @Override
                        public void onAuthenticated(
                                ChannelHandlerContext channel,
                                AuthenticatedClient client,
                                ServerHandshakeHandler.Decision decision) {
                            var admitted = admission.admit(channel.channel(), client, decision);
                            if (admitted != null) {
                                SessionRestart.byChangeUser(
                                        admitted.session(), shards.get().flavor());
                                changed.accept(admitted);
                                decision.accept(admitted.welcome());
                            }
                        }

                        @Override
                        public void onFailed(ChannelHandlerContext channel, String user, Err err, String reason) {
                            LOG.info(
                                    "Client {} did not become user {}: {}",
                                    ClientAddress.of(channel.channel()),
                                    user,
                                    reason);
                        }
                    });
            exchange.begin(ctx, command);
            return exchange;
        };
    }
}
