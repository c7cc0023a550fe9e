// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.frame.CompressionAlgorithm;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** The limits and intervals of a {@link BackendPool}. Immutable. Each setting is documented at its {@link Builder} method. */
public final class PoolConfig {
    private final int maxConnectionsPerEndpoint;
    private final int maxWaitersPerEndpoint;
    private final int connectTimeoutMillis;
    private final int idleTimeoutMillis;
    private final int maxLifetimeMillis;
    private final int jitterPercent;
    private final int validateAfterIdleMillis;
    private final int validationTimeoutMillis;
    private final int resetTimeoutMillis;
    private final int sweepIntervalMillis;
    private final int keySwitchMillis;
    private final int preparedStatementsPerConnection;
    private final int tcpUserTimeoutMillis;
    private final boolean detectRestarts;
    private final String setupStatement;
    private final PublicKeyRetrieval publicKeyRetrieval;
    private final ProxyProtocol proxyProtocol;
    private final CompressionAlgorithm compression;
    private final SslContext sslContext;
    private final Supplier<? extends SocketChannel> channelFactory;
    private final PoolListener listener;
    private final ConnectGate connectGate;
    private final LongSupplier nanoClock;
    private final DoubleSupplier random;
    private final String name;
    private final int maxConnectionsPerTenant;
    private final int maxWaitersPerTenant;
    private final int maxPinnedPercentPerTenant;
    private final ToIntFunction<String> tenantWeight;
    private final int minIdlePerKey;
    private final String identityStatement;

    private PoolConfig(Builder b) {
        maxConnectionsPerEndpoint = b.maxConnectionsPerEndpoint;
        maxWaitersPerEndpoint = b.maxWaitersPerEndpoint;
        connectTimeoutMillis = b.connectTimeoutMillis;
        idleTimeoutMillis = b.idleTimeoutMillis;
        maxLifetimeMillis = b.maxLifetimeMillis;
        jitterPercent = b.jitterPercent;
        validateAfterIdleMillis = b.validateAfterIdleMillis;
        validationTimeoutMillis = b.validationTimeoutMillis;
        resetTimeoutMillis = b.resetTimeoutMillis;
        sweepIntervalMillis = b.sweepIntervalMillis;
        keySwitchMillis = b.keySwitchMillis;
        preparedStatementsPerConnection = b.preparedStatementsPerConnection;
        tcpUserTimeoutMillis = b.tcpUserTimeoutMillis;
        detectRestarts = b.detectRestarts;
        setupStatement = b.setupStatement;
        publicKeyRetrieval = b.publicKeyRetrieval;
        proxyProtocol = b.proxyProtocol;
        compression = b.compression;
        sslContext = b.sslContext;
        channelFactory = b.channelFactory;
        listener = b.listener;
        connectGate = b.connectGate;
        nanoClock = b.nanoClock;
        random = b.random;
        name = b.name;
        maxConnectionsPerTenant = b.maxConnectionsPerTenant;
        maxWaitersPerTenant = b.maxWaitersPerTenant;
        maxPinnedPercentPerTenant = b.maxPinnedPercentPerTenant;
        tenantWeight = b.tenantWeight;
        minIdlePerKey = b.minIdlePerKey;
        identityStatement = b.identityStatement;
    }

    /** A builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** See {@link Builder#maxConnectionsPerEndpoint(int)}. */
    public int maxConnectionsPerEndpoint() {
        return maxConnectionsPerEndpoint;
    }

    /** See {@link Builder#maxWaitersPerEndpoint(int)}. */
    public int maxWaitersPerEndpoint() {
        return maxWaitersPerEndpoint;
    }

    /** See {@link Builder#connectTimeoutMillis(int)}. */
    public int connectTimeoutMillis() {
        return connectTimeoutMillis;
    }

    /** See {@link Builder#idleTimeoutMillis(int)}. */
    public int idleTimeoutMillis() {
        return idleTimeoutMillis;
    }

    /** See {@link Builder#maxLifetimeMillis(int)}. */
    public int maxLifetimeMillis() {
        return maxLifetimeMillis;
    }

    /** See {@link Builder#jitterPercent(int)}. */
    public int jitterPercent() {
        return jitterPercent;
    }

    /** See {@link Builder#validateAfterIdleMillis(int)}. */
    public int validateAfterIdleMillis() {
        return validateAfterIdleMillis;
    }

    /** See {@link Builder#validationTimeoutMillis(int)}. */
    public int validationTimeoutMillis() {
        return validationTimeoutMillis;
    }

    /** See {@link Builder#resetTimeoutMillis(int)}. */
    public int resetTimeoutMillis() {
        return resetTimeoutMillis;
    }

    /** See {@link Builder#sweepIntervalMillis(int)}. */
    public int sweepIntervalMillis() {
        return sweepIntervalMillis;
    }

    /** See {@link Builder#keySwitchMillis(int)}. */
    public int keySwitchMillis() {
        return keySwitchMillis;
    }

    /** See {@link Builder#preparedStatementsPerConnection(int)}. */
    public int preparedStatementsPerConnection() {
        return preparedStatementsPerConnection;
    }

    /** See {@link Builder#tcpUserTimeoutMillis(int)}. */
    public int tcpUserTimeoutMillis() {
        return tcpUserTimeoutMillis;
    }

    /** See {@link Builder#detectRestarts(boolean)}. */
    public boolean detectRestarts() {
        return detectRestarts;
    }

    /** See {@link Builder#setupStatement(String)}. */
    public String setupStatement() {
        return setupStatement;
    }

    /** See {@link Builder#compression(CompressionAlgorithm)}; null for none. */
    public CompressionAlgorithm compression() {
        return compression;
    }

    /** See {@link Builder#proxyProtocol(ProxyProtocol)}. */
    public ProxyProtocol proxyProtocol() {
        return proxyProtocol;
    }

    /** See {@link Builder#publicKeyRetrieval(PublicKeyRetrieval)}. */
    public PublicKeyRetrieval publicKeyRetrieval() {
        return publicKeyRetrieval;
    }

    /** See {@link Builder#sslContext(SslContext)}; null when not set. */
    public SslContext sslContext() {
        return sslContext;
    }

    /** See {@link Builder#channelFactory(Supplier)}. */
    public Supplier<? extends SocketChannel> channelFactory() {
        return channelFactory;
    }

    /** See {@link Builder#listener(PoolListener)}. */
    public PoolListener listener() {
        return listener;
    }

    /** See {@link Builder#connectGate(ConnectGate)}. */
    public ConnectGate connectGate() {
        return connectGate;
    }

    /** See {@link Builder#nanoClock(LongSupplier)}. */
    public LongSupplier nanoClock() {
        return nanoClock;
    }

    /** See {@link Builder#random(DoubleSupplier)}. */
    public DoubleSupplier random() {
        return random;
    }

    /** See {@link Builder#name(String)}. */
    public String name() {
        return name;
    }

    /** See {@link Builder#maxConnectionsPerTenant(int)}. */
    public int maxConnectionsPerTenant() {
        return maxConnectionsPerTenant;
    }

    /** See {@link Builder#maxWaitersPerTenant(int)}. */
    public int maxWaitersPerTenant() {
        return maxWaitersPerTenant;
    }

    /** See {@link Builder#maxPinnedPercentPerTenant(int)}. */
    public int maxPinnedPercentPerTenant() {
        return maxPinnedPercentPerTenant;
    }

    /** See {@link Builder#tenantWeight(ToIntFunction)}. */
    public ToIntFunction<String> tenantWeight() {
        return tenantWeight;
    }

    /** See {@link Builder#minIdlePerKey(int)}. */
    public int minIdlePerKey() {
        return minIdlePerKey;
    }

    /** See {@link Builder#identityStatement(String)}. */
    public String identityStatement() {
        return identityStatement;
    }

    /** Collects settings. Each method checks its value at once. */
    public static final class Builder {
        private int maxConnectionsPerEndpoint = 100;
        private int maxWaitersPerEndpoint = 1024;
        private int connectTimeoutMillis = 5_000;
        private int idleTimeoutMillis = 300_000;
        private int maxLifetimeMillis = 1_800_000;
        private int jitterPercent = 20;
        private int validateAfterIdleMillis = 1_000;
        private int validationTimeoutMillis = 1_000;
        private int resetTimeoutMillis = 2_000;
        private int sweepIntervalMillis = 1_000;
        private int keySwitchMillis = 20;
        private int preparedStatementsPerConnection = 256;
        private int tcpUserTimeoutMillis = 10_000;
        private boolean detectRestarts = true;
        private String setupStatement = "SET SESSION session_track_system_variables='*', session_track_state_change=1,"
                + " session_track_transaction_info='CHARACTERISTICS'";
        private PublicKeyRetrieval publicKeyRetrieval = PublicKeyRetrieval.LOOPBACK;
        private ProxyProtocol proxyProtocol = ProxyProtocol.NONE;
        private CompressionAlgorithm compression;
        private SslContext sslContext;
        private Supplier<? extends SocketChannel> channelFactory = NioSocketChannel::new;
        private PoolListener listener = PoolListener.NONE;
        private ConnectGate connectGate = ConnectGate.OPEN;
        private LongSupplier nanoClock = System::nanoTime;
        private DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

        private String name = "default";
        private int maxConnectionsPerTenant = 100_000;
        private int maxWaitersPerTenant = 256;
        private int maxPinnedPercentPerTenant = 25;
        private ToIntFunction<String> tenantWeight = tenant -> 1;
        private int minIdlePerKey = 0;
        private String identityStatement =
                "SELECT @@GLOBAL.sql_mode, @@GLOBAL.time_zone, @@GLOBAL.character_set_server,"
                        + " @@GLOBAL.collation_server, @@GLOBAL.read_only";

        private Builder() {}

        /**
         * The pool's name, as messages and errors say it.
         *
         * @param value a word, default {@code default}
         * @return this
         */
        public Builder name(String value) {
            name = requireNonNull(value, "name");
            return this;
        }

        /**
         * The most connections that keys of one tenant may have at one endpoint, so that no tenant can take all. Keys without a
         * tenant are not limited by it.
         *
         * @param value default 100,000, which leaves it to {@link #maxConnectionsPerEndpoint}; 1 to 100,000
         * @return this
         */
        public Builder maxConnectionsPerTenant(int value) {
            maxConnectionsPerTenant = check("maxConnectionsPerTenant", value, 1, 100_000);
            return this;
        }

        /**
         * The most requests of one tenant that wait at one endpoint; one more fails with {@link PoolExhaustedException}, so that no
         * tenant can fill the queue of all. Keys without a tenant are not limited by it.
         *
         * @param value default 256, 1 to 1,000,000
         * @return this
         */
        public Builder maxWaitersPerTenant(int value) {
            maxWaitersPerTenant = check("maxWaitersPerTenant", value, 1, 1_000_000);
            return this;
        }

        /**
         * How much of an endpoint's limit the connections may be that one tenant has pinned ({@link PooledConnection#tryPin}), since a
         * pinned connection serves nobody else; at least one is always allowed. Keys without a tenant are not limited by it.
         *
         * @param value percent, default 25, 1 to 100
         * @return this
         */
        public Builder maxPinnedPercentPerTenant(int value) {
            maxPinnedPercentPerTenant = check("maxPinnedPercentPerTenant", value, 1, 100);
            return this;
        }

        /**
         * How much of a contended endpoint a tenant gets, relative to the others that wait: one of weight 2 gets twice as many
         * connections as one of weight 1.
         *
         * @param value weight of a tenant, 1 to 1,000 (what lies outside is brought to the nearest), default 1 for all; asked once per
         *     tenant and endpoint
         * @return this
         */
        public Builder tenantWeight(ToIntFunction<String> value) {
            tenantWeight = requireNonNull(value, "tenantWeight");
            return this;
        }

        /**
         * How many idle connections are kept open for each key in use, within the limits, so that a request after a quiet time does
         * not wait for a login. A key is in use from its first request, or from {@link BackendPool#warmUp}, until nobody has
         * borrowed under it for {@link #maxLifetimeMillis}.
         *
         * @param value default 0, up to 10,000
         * @return this
         */
        public Builder minIdlePerKey(int value) {
            minIdlePerKey = check("minIdlePerKey", value, 0, 10_000);
            return this;
        }

        /**
         * A query that each new connection runs behind the setup statement. When its first row, the server's version or its default
         * collation differs from what the endpoint's last connection got, all older connections are flushed, since their sessions
         * began under other settings. Not used where {@link #detectRestarts} is false.
         *
         * @param value one query without parameters; default: the global sql_mode, time_zone, character set, collation and
         *     read_only; empty for none
         * @return this
         */
        public Builder identityStatement(String value) {
            identityStatement = requireNonNull(value, "identityStatement");
            return this;
        }

        /**
         * Connections per endpoint, over all keys and event loops, those being opened included. Hard: it is never exceeded.
         *
         * @param value default 100, 1 to 100,000; keep the sum over all gateways below the server's {@code max_connections}
         * @return this
         */
        public Builder maxConnectionsPerEndpoint(int value) {
            maxConnectionsPerEndpoint = check("maxConnectionsPerEndpoint", value, 1, 100_000);
            return this;
        }

        /**
         * Requests per endpoint that may wait, those for which a connection is being opened included; one more fails with
         * {@link PoolExhaustedException}.
         *
         * @param value default 1024, 1 to 1,000,000
         * @return this
         */
        public Builder maxWaitersPerEndpoint(int value) {
            maxWaitersPerEndpoint = check("maxWaitersPerEndpoint", value, 1, 1_000_000);
            return this;
        }

        /**
         * Time for opening a connection: TCP, TLS, login and setup statement together.
         *
         * @param value milliseconds, default 5,000, 10 to 600,000
         * @return this
         */
        public Builder connectTimeoutMillis(int value) {
            connectTimeoutMillis = check("connectTimeoutMillis", value, 10, 600_000);
            return this;
        }

        /**
         * A connection idle for longer is closed.
         *
         * @param value milliseconds, default 300,000, at least 100; keep it below the server's {@code wait_timeout}
         * @return this
         */
        public Builder idleTimeoutMillis(int value) {
            idleTimeoutMillis = check("idleTimeoutMillis", value, 100, Integer.MAX_VALUE);
            return this;
        }

        /**
         * A connection older than this is closed when it is not lent.
         *
         * @param value milliseconds, default 1,800,000, at least 100; lower it where servers leak memory per connection or where
         *     connections should move to servers that were added
         * @return this
         */
        public Builder maxLifetimeMillis(int value) {
            maxLifetimeMillis = check("maxLifetimeMillis", value, 100, Integer.MAX_VALUE);
            return this;
        }

        /**
         * How much earlier than its idle timeout and lifetime a connection may be closed, chosen per connection, so that those
         * opened together do not all close together.
         *
         * @param value percent, default 20, 0 to 90
         * @return this
         */
        public Builder jitterPercent(int value) {
            jitterPercent = check("jitterPercent", value, 0, 90);
            return this;
        }

        /**
         * A connection idle for longer must answer a COM_PING before it is lent.
         *
         * @param value milliseconds, default 1,000, at least 0
         * @return this
         */
        public Builder validateAfterIdleMillis(int value) {
            validateAfterIdleMillis = check("validateAfterIdleMillis", value, 0, Integer.MAX_VALUE);
            return this;
        }

        /**
         * Time for the answer to that COM_PING; after it the connection is closed and another one is tried.
         *
         * @param value milliseconds, default 1,000, 1 to 600,000
         * @return this
         */
        public Builder validationTimeoutMillis(int value) {
            validationTimeoutMillis = check("validationTimeoutMillis", value, 1, 600_000);
            return this;
        }

        /**
         * Time for COM_RESET_CONNECTION and the setup statement between two borrowers; after it the connection is closed.
         *
         * @param value milliseconds, default 2,000, 1 to 600,000; a large rollback may need more
         * @return this
         */
        public Builder resetTimeoutMillis(int value) {
            resetTimeoutMillis = check("resetTimeoutMillis", value, 1, 600_000);
            return this;
        }

        /**
         * How often idle connections are looked over for idle timeout and lifetime.
         *
         * @param value milliseconds, default 1,000, 10 to 600,000
         * @return this
         */
        public Builder sweepIntervalMillis(int value) {
            sweepIntervalMillis = check("sweepIntervalMillis", value, 10, 600_000);
            return this;
        }

        /**
         * How much longer a request of another key must have waited for a freed connection to be closed in its favour, rather than
         * serve a waiting request of its own key. Larger saves logins, smaller is fairer between keys.
         *
         * @param value milliseconds, default 20, 0 to 600,000
         * @return this
         */
        public Builder keySwitchMillis(int value) {
            keySwitchMillis = check("keySwitchMillis", value, 0, 600_000);
            return this;
        }

        /**
         * Prepared statements kept per connection.
         *
         * @param value default 256, 1 to 65,535; times the connections of all gateways it must stay below the server's
         *     {@code max_prepared_stmt_count} (16,382 by default)
         * @return this
         */
        public Builder preparedStatementsPerConnection(int value) {
            preparedStatementsPerConnection = check("preparedStatementsPerConnection", value, 1, 65_535);
            return this;
        }

        /**
         * How long sent bytes may stay unacknowledged before the kernel gives the connection up. Only where the channel has the
         * option TCP_USER_TIMEOUT (epoll).
         *
         * @param value milliseconds, default 10,000, 0 to 3,600,000; 0 leaves it to the kernel
         * @return this
         */
        public Builder tcpUserTimeoutMillis(int value) {
            tcpUserTimeoutMillis = check("tcpUserTimeoutMillis", value, 0, 3_600_000);
            return this;
        }

        /**
         * Whether a connection id that is not higher than earlier ones is taken for a restart of the server.
         *
         * @param value default true; false when the endpoint is a balancer in front of several servers
         * @return this
         */
        public Builder detectRestarts(boolean value) {
            detectRestarts = value;
            return this;
        }

        /**
         * Runs after login and after each reset; it must answer by OK.
         *
         * @param value by default turns on the tracking of system variables, state changes and transactions; empty for none
         * @return this
         */
        public Builder setupStatement(String value) {
            setupStatement = requireNonNull(value, "setupStatement");
            return this;
        }

        /**
         * What connections are compressed by, at the algorithm's default level, where the server can do that too. Default null: by nothing;
         * worth its time where the network is slower than the processor.
         *
         * @throws IllegalArgumentException when the algorithm's library is missing
         */
        public Builder compression(CompressionAlgorithm value) {
            if (value != null && !value.isAvailable()) {
                throw new IllegalArgumentException("compression is " + value + ", whose library is missing");
            }
            compression = value;
            return this;
        }

        /**
         * Whether a connection begins by a PROXY header with its own addresses. Default {@link ProxyProtocol#NONE}; needed where the
         * endpoint, or what stands in front of it, asks for one.
         */
        public Builder proxyProtocol(ProxyProtocol value) {
            proxyProtocol = requireNonNull(value, "proxyProtocol");
            return this;
        }

        /**
         * Which servers may be asked for their RSA key.
         *
         * @param value default {@link PublicKeyRetrieval#LOOPBACK}
         * @return this
         */
        public Builder publicKeyRetrieval(PublicKeyRetrieval value) {
            publicKeyRetrieval = requireNonNull(value, "publicKeyRetrieval");
            return this;
        }

        /**
         * What encrypts connections of keys that are not {@link TlsMode#DISABLED}.
         *
         * @param value a client context; null, the default, for one that trusts the Java runtime's certificate authorities
         * @return this
         */
        public Builder sslContext(SslContext value) {
            if (value != null && !value.isClient()) {
                throw new IllegalArgumentException("sslContext is for a server, a client's is needed");
            }
            sslContext = value;
            return this;
        }

        /**
         * Makes channels that fit the borrowers' event loops.
         *
         * @param value default {@code NioSocketChannel::new}; use {@code EpollSocketChannel::new} on epoll loops
         * @return this
         */
        public Builder channelFactory(Supplier<? extends SocketChannel> value) {
            channelFactory = requireNonNull(value, "channelFactory");
            return this;
        }

        /**
         * Hears what happens to connections.
         *
         * @param value default {@link PoolListener#NONE}
         * @return this
         */
        public Builder listener(PoolListener value) {
            listener = requireNonNull(value, "listener");
            return this;
        }

        /**
         * Asked right before a connection is opened for a request or to be kept warm: a circuit breaker's say. Where it says no, the
         * connections that are open go on serving, none of them is closed in favour of a new one, and a request for whose key there is
         * none fails at once with {@link BackendUnavailableException.Reason#NOT_TRIED}; the others wait. It is asked again whenever
         * somebody asks for a connection or gives one back. What became of each connection, its pass hears. Connections that are only
         * for a KILL are opened unasked, and no pass hears of them.
         *
         * @param value default {@link ConnectGate#OPEN}
         * @return this
         */
        public Builder connectGate(ConnectGate value) {
            connectGate = requireNonNull(value, "connectGate");
            return this;
        }

        /**
         * The monotonic clock of all intervals and deadlines.
         *
         * @param value nanoseconds, default {@link System#nanoTime()}
         * @return this
         */
        public Builder nanoClock(LongSupplier value) {
            nanoClock = requireNonNull(value, "nanoClock");
            return this;
        }

        /**
         * The source of the jitter.
         *
         * @param value numbers from 0 to below 1, thread-safe; default {@link ThreadLocalRandom}
         * @return this
         */
        public Builder random(DoubleSupplier value) {
            random = requireNonNull(value, "random");
            return this;
        }

        /** The settings so far. */
        public PoolConfig build() {
            return new PoolConfig(this);
        }

        static int check(String name, int value, int min, int max) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(name + " is " + value + ", allowed are " + min + " to " + max);
            }
            return value;
        }
    }
}
