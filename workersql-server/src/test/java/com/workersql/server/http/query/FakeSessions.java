// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.pool.PooledConnection;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.router.Explanation;
import com.workersql.router.ParameterValue;
import com.workersql.server.error.GatewayError;
import com.workersql.server.execute.ReplyTarget;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.Principal;
import com.workersql.server.session.SqlModes;
import io.netty.channel.EventLoop;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Sessions whose statements a test answers itself. */
public final class FakeSessions implements QuerySessions {
    private static final PooledConnection CONNECTION = (PooledConnection) Proxy.newProxyInstance(
            FakeSessions.class.getClassLoader(),
            new Class<?>[] {PooledConnection.class},
            (proxy, method, args) -> null);

    private final List<Statement> statements = new ArrayList<>();
    private final List<ClientSession> closed = new ArrayList<>();
    private final List<ClientSession> cancelled = new ArrayList<>();
    private final Map<ClientSession, Consumer<Boolean>> kills = new HashMap<>();
    private int opened;
    private boolean broken;
    private boolean closedDown;

    /** A statement that was asked for. */
    public record Statement(ClientSession session, String sql, List<ParameterValue> values, ReplyTarget target) {
        /** Begins the shard's reply. */
        public ShardReply reply() {
            return new ShardReply(target);
        }
    }

    @Override
    public ClientSession open(Principal principal, EventLoop loop, String clientHost) {
        if (closedDown) {
            throw new IllegalStateException("broken on purpose");
        }
        return new ClientSession(
                ++opened,
                loop,
                principal,
                new CapabilityFlags(0),
                45,
                clientHost,
                principal.database(),
                SqlModes.DEFAULT,
                1);
    }

    @Override
    public ClientSession openCountingFoundRows(Principal principal, EventLoop loop, String clientHost) {
        return open(principal, loop, clientHost);
    }

    @Override
    public boolean isStateful(ClientSession session) {
        return session.transaction().isOpen();
    }

    @Override
    public void onKill(ClientSession session, Consumer<Boolean> killed) {
        kills.put(session, killed);
    }

    @Override
    public void run(ClientSession session, String sql, List<ParameterValue> values, ReplyTarget target) {
        if (broken) {
            throw new IllegalStateException("broken on purpose");
        }
        session.activity().running(CONNECTION);
        statements.add(new Statement(session, sql, values, target));
    }

    @Override
    public void explain(
            ClientSession session,
            String sql,
            List<ParameterValue> values,
            Consumer<Explanation> explained,
            Consumer<GatewayError> failed) {
        throw new UnsupportedOperationException("no router here");
    }

    @Override
    public void cancel(ClientSession session) {
        cancelled.add(session);
    }

    @Override
    public void close(ClientSession session) {
        if (!session.isClosed()) {
            session.close();
            closed.add(session);
        }
    }

    /** Has every statement fail by a fault of the gateway. */
    public void breakDown() {
        broken = true;
    }

    /** Has every session that is to be opened fail by a fault of the gateway. */
    public void openNoMore() {
        closedDown = true;
    }

    /** The statements in the order in which they were asked for. */
    public List<Statement> statements() {
        return statements;
    }

    /** The latest statement. */
    public Statement latest() {
        return statements.get(statements.size() - 1);
    }

    /** The sessions that were opened and are not closed. */
    public int openCount() {
        return opened - closed.size();
    }

    /** The sessions whose statement was to end. */
    public List<ClientSession> cancelled() {
        return cancelled;
    }

    /** Does what KILL does to a session. */
    public void kill(ClientSession session, boolean whole) {
        kills.get(session).accept(whole);
    }
}
