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
import com.workersql.protocol.message.server.Ok;
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
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.Principal;
import com.workersql.server.session.SessionRegistry;
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
            | CapabilityFlags.CLIENT_COMPRESS
            | CapabilityFlags.CLIENT_IGNORE_SPACE
            | CapabilityFlags.CLIENT_INTERACTIVE
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_MULTI_STATEMENTS
            | CapabilityFlags.CLIENT_MULTI_RESULTS
            | CapabilityFlags.CLIENT_PS_MULTI_RESULTS
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
                .addLast(new ServerHandshakeHandler(greeting(offer), id, logins, hashing, tls, new HandshakeEnd()));
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
        return shards.get().flavor() == ServerFlavor.MARIADB
                ? CAPABILITIES
                        .without(CapabilityFlags.CLIENT_LONG_PASSWORD)
                        .with(CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA)
                : CAPABILITIES;
    }

    private final class HandshakeEnd implements ServerHandshakeHandler.Listener {
        @Override
        public void onAuthenticated(
                ChannelHandlerContext ctx, AuthenticatedClient client, ServerHandshakeHandler.Decision decision) {
            var login = (Logins.Login) client.credential().principal();
            var stop = draining.get();
            if (stop != null) {
                decision.refuse(new Err(stop.errno(), stop.sqlState(), stop.message()));
                return;
            }
            String schema = schema(login.principal(), client, decision);
            if (schema == null && client.schema() != null) {
                return;
            }
            if (!logins.enter(login)) {
                decision.refuse(Err.of(
                        ServerErrors.ER_TOO_MANY_USER_CONNECTIONS,
                        "User '" + client.user() + "' has " + login.maxConnections()
                                + " connections, which is all it may have (users." + client.user()
                                + ".limits.max_connections)"));
                return;
            }
            enter(ctx.channel(), client, login, schema, decision);
        }

        /** The schema to begin in; null after a refusal, or when the client named none and has none. */
        private String schema(
                Principal principal, AuthenticatedClient client, ServerHandshakeHandler.Decision decision) {
            String asked = client.schema();
            if (principal.database() == null || asked == null) {
                return asked == null ? principal.database() : asked;
            }
            if (!asked.equals(principal.database())) {
                decision.refuse(Err.of(
                        ServerErrors.ER_DBACCESS_DENIED_ERROR,
                        "Access denied for user '" + client.user() + "' to database '" + asked + "'"));
                return null;
            }
            return asked;
        }

        @Override
        public void onFailed(ChannelHandlerContext ctx, String user, Err err, String reason) {
            if (user != null || err != null) {
                LOG.info("Client {} (user {}) was not let in: {}", ctx.channel().remoteAddress(), user, reason);
            }
        }
    }

    private void enter(
            Channel channel,
            AuthenticatedClient client,
            Logins.Login login,
            String schema,
            ServerHandshakeHandler.Decision decision) {
        var session = new ClientSession(
                client.connectionId(),
                channel.eventLoop(),
                login.principal(),
                client.capabilities(),
                client.collationId(),
                client.peer().address(),
                schema,
                shards.get().sqlModes(),
                settings.preparedStatementsPerSession());
        registry.add(new SessionRegistry.Entry(
                session.id(),
                login.principal(),
                connectionToo -> session.loop().execute(() -> {
                    executor.cancel(session);
                    if (connectionToo) {
                        channel.close();
                    }
                })));
        Runnable left = () -> {
            registry.remove(session.id());
            logins.leave(login);
        };
        var ok = Ok.of(session.lastingStatusFlags());
        var packets = new PacketDecoderHandler(settings.maxPacketBytes(), SequenceMode.RESTART, budget);
        var commands = new CommandHandler(executor, session, draining, left);
        var compression = CompressionAlgorithm.of(client.capabilities());
        if (compression == null) {
            decision.accept(ok, packets, commands);
        } else {
            int level = compression.defaultLevel();
            decision.accept(
                    ok, CompressionHandler.forServer(compression, level, settings.maxPacketBytes()), packets, commands);
        }
    }
}
