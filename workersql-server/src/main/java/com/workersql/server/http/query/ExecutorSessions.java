// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.router.Explanation;
import com.workersql.router.ParameterValue;
import com.workersql.router.ServerFlavor;
import com.workersql.server.error.GatewayError;
import com.workersql.server.execute.ReplyTarget;
import com.workersql.server.execute.Shards;
import com.workersql.server.execute.StatementExecutor;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.Principal;
import com.workersql.server.session.SessionRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Sessions that run their statements by the gateway's executor. Safe for all threads. */
public final class ExecutorSessions implements QuerySessions {
    /** What the JSON writer reads: results in several parts, and no EOF packets where the server can do without. */
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_MULTI_RESULTS
            | CapabilityFlags.CLIENT_PS_MULTI_RESULTS
            | CapabilityFlags.CLIENT_DEPRECATE_EOF);

    private static final int UTF8MB4_GENERAL_CI = 45;

    /** Statements are bound and run in one go: none stays prepared in the session. */
    private static final int PREPARED_STATEMENTS = 1;

    private final StatementExecutor executor;
    private final SessionRegistry registry;
    private final Supplier<Shards> shards;

    /**
     * Sessions.
     *
     * @param executor runs their statements
     * @param registry gives them their ids
     * @param shards the shards of the current configuration
     */
    public ExecutorSessions(StatementExecutor executor, SessionRegistry registry, Supplier<Shards> shards) {
        this.executor = executor;
        this.registry = registry;
        this.shards = shards;
    }

    @Override
    public ClientSession open(Principal principal, EventLoop loop, String clientHost) {
        return open(principal, loop, clientHost, CAPABILITIES);
    }

    @Override
    public ClientSession openCountingFoundRows(Principal principal, EventLoop loop, String clientHost) {
        return open(principal, loop, clientHost, CAPABILITIES.with(CapabilityFlags.CLIENT_FOUND_ROWS));
    }

    private ClientSession open(Principal principal, EventLoop loop, String clientHost, CapabilityFlags capabilities) {
        var current = shards.get();
        // Only by this does a column of MariaDB tell that its text is JSON.
        boolean extended = current.flavor() == ServerFlavor.MARIADB;
        return new ClientSession(
                registry.nextId(),
                loop,
                principal,
                extended ? capabilities.with(CapabilityFlags.MARIADB_CLIENT_EXTENDED_METADATA) : capabilities,
                UTF8MB4_GENERAL_CI,
                clientHost,
                principal.database(),
                current.sqlModes(),
                PREPARED_STATEMENTS);
    }

    @Override
    public boolean isStateful(ClientSession session) {
        return !session.transaction().nextStandsAlone()
                || !session.variables().assignments().isEmpty()
                || !Objects.equals(session.schema(), session.principal().database())
                || session.isBound();
    }

    @Override
    public void onKill(ClientSession session, Consumer<Boolean> killed) {
        registry.add(new SessionRegistry.Entry(session, whole -> session.loop().execute(() -> killed.accept(whole))));
    }

    @Override
    public void run(ClientSession session, String sql, List<ParameterValue> values, ReplyTarget target) {
        var utf8 = sql.getBytes(StandardCharsets.UTF_8);
        if (values.isEmpty()) {
            var command = ByteBufAllocator.DEFAULT.buffer(1 + utf8.length);
            executor.query(session, command.writeByte(Command.COM_QUERY).writeBytes(utf8), target);
        } else {
            executor.prepared().query(session, utf8, values, target);
        }
    }

    @Override
    public void explain(
            ClientSession session,
            String sql,
            List<ParameterValue> values,
            Consumer<Explanation> explained,
            Consumer<GatewayError> failed) {
        executor.prepared().explain(session, sql.getBytes(StandardCharsets.UTF_8), values, explained, failed);
    }

    @Override
    public void cancel(ClientSession session) {
        executor.cancel(session);
    }

    @Override
    public void close(ClientSession session) {
        registry.remove(session.id());
        executor.close(session);
    }
}
