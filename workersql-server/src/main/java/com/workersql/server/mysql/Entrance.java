// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.SessionTrack;
import com.workersql.protocol.netty.ServerHandshakeHandler;
import com.workersql.protocol.session.AuthenticatedClient;
import com.workersql.server.error.GatewayError;
import com.workersql.server.execute.Shards;
import com.workersql.server.execute.StatementExecutor;
import com.workersql.server.login.Logins;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.Principal;
import com.workersql.server.session.SessionRegistry;
import com.workersql.server.session.TenantStatements;
import io.netty.channel.Channel;
import java.util.List;
import java.util.function.Supplier;

/** Gives a client that has proven who it is its session, or says why not: at the login, and when it becomes another user. */
final class Entrance {
    private final StatementExecutor executor;
    private final Supplier<Shards> shards;
    private final Logins logins;
    private final SessionRegistry registry;
    private final int preparedStatementsPerSession;
    private final TenantStatements statements;
    private final Supplier<GatewayError> draining;

    Entrance(
            StatementExecutor executor,
            Supplier<Shards> shards,
            Logins logins,
            SessionRegistry registry,
            MySqlDoorSettings settings,
            Supplier<GatewayError> draining) {
        this.executor = executor;
        this.shards = shards;
        this.logins = logins;
        this.registry = registry;
        this.preparedStatementsPerSession = settings.preparedStatementsPerSession();
        this.statements = new TenantStatements(settings.preparedStatementsPerTenant());
        this.draining = draining;
    }

    /**
     * A client that was let in.
     *
     * @param client as it logged in
     * @param session its session
     * @param left to be run when it is gone
     */
    record Admitted(AuthenticatedClient client, ClientSession session, Runnable left) {
        /** What the client is told at the end of its login: servers name the schema in which it begins. */
        Ok welcome() {
            var told = session.schema() == null
                    ? List.<SessionTrack>of()
                    : session.tracking().ofSchema(session.schema());
            int flag = told.isEmpty() ? 0 : StatusFlags.SERVER_SESSION_STATE_CHANGED;
            return new Ok(false, 0, 0, session.transaction().lastingStatusFlags() | flag, 0, "", told);
        }
    }

    /** The client with its session; null after a refusal. */
    Admitted admit(Channel channel, AuthenticatedClient client, ServerHandshakeHandler.Decision decision) {
        var login = (Logins.Login) client.credential().principal();
        var stop = draining.get();
        if (stop != null) {
            decision.refuse(new Err(stop.errno(), stop.sqlState(), stop.message()));
            return null;
        }
        var refusal = FirstCollation.refusal(client.collationId());
        if (refusal != null) {
            decision.refuse(refusal);
            return null;
        }
        String schema = schema(login.principal(), client, decision);
        if (schema == null && client.schema() != null) {
            return null;
        }
        if (!logins.enter(login)) {
            decision.refuse(Err.of(
                    ServerErrors.ER_TOO_MANY_USER_CONNECTIONS,
                    "User '" + client.user() + "' has " + login.maxConnections()
                            + " connections, which is all it may have (users." + client.user()
                            + ".limits.max_connections)"));
            return null;
        }
        return enter(channel, client, login, schema);
    }

    /** The schema to begin in; null after a refusal, or when the client named none and has none. */
    private static String schema(
            Principal principal, AuthenticatedClient client, ServerHandshakeHandler.Decision decision) {
        String asked = client.schema();
        if (principal.database() == null || asked == null) {
            return asked == null ? principal.database() : asked;
        }
        if (!asked.equals(principal.database())) {
            decision.refuse(Err.of(
                    ServerErrors.ER_DBACCESS_DENIED_ERROR,
                    GatewayError.schemaDenied(client.user(), asked).message()));
            return null;
        }
        return asked;
    }

    private Admitted enter(Channel channel, AuthenticatedClient client, Logins.Login login, String schema) {
        var current = shards.get();
        var session = new ClientSession(
                client.connectionId(),
                channel.eventLoop(),
                login.principal(),
                client.capabilities(),
                FirstCollation.of(client.collationId(), current.flavor()),
                client.peer().address(),
                schema,
                current.sqlModes(),
                preparedStatementsPerSession);
        session.tracking().settings(shards.get().tracking());
        session.prepared().countWith(statements.of(login.principal().tenant()));
        var entry = new SessionRegistry.Entry(
                session,
                connectionToo -> session.loop().execute(() -> {
                    executor.cancel(session);
                    if (connectionToo) {
                        channel.close();
                    }
                }));
        registry.add(entry);
        return new Admitted(client, session, () -> {
            registry.remove(entry);
            logins.leave(login);
        });
    }
}
