// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.testing.RawClient;
import com.workersql.protocol.testing.RawReply;
import com.workersql.server.Gateway;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * One session twice: through the gateway, and on a server that nobody else uses in the same way. Whatever is said to both must be
 * answered by both in the same bytes. For one thread at a time.
 */
final class SessionTwin implements AutoCloseable {
    /** All that a client may offer and a server has, but what makes a difference to a test. */
    static final long CAPABILITIES = CapabilityFlags.CLIENT_LONG_PASSWORD
            | CapabilityFlags.CLIENT_LONG_FLAG
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_MULTI_RESULTS
            | CapabilityFlags.CLIENT_PS_MULTI_RESULTS
            | CapabilityFlags.CLIENT_DEPRECATE_EOF;

    private static final int REMEMBERED = 40;

    private final Fleet fleet;
    private final int port;
    private final String tenant;
    private final String name;
    private final long capabilities;
    private final Deque<String> history = new ArrayDeque<>();
    private final Map<Integer, int[]> statements = new HashMap<>();
    private RawClient gateway;
    private RawClient direct;
    private long operations;

    /** What is said to one side. */
    interface Exchange {
        RawReply with(RawClient client, int side) throws IOException;
    }

    /** A session of a tenant whose home is the first shard; its twin lives on the second. */
    SessionTwin(Fleet fleet, String tenant, String name, long capabilities) throws IOException {
        this(fleet, fleet.gateway(), tenant, name, capabilities);
    }

    /** The same through another gateway before the same shards. */
    SessionTwin(Fleet fleet, Gateway through, String tenant, String name, long capabilities) throws IOException {
        this.fleet = fleet;
        this.port = through.mysqlAddress().getPort();
        this.tenant = tenant;
        this.name = name;
        this.capabilities = capabilities;
        connect();
    }

    private void connect() throws IOException {
        var account = fleet.account(tenant);
        direct = RawClient.connect(
                fleet.port(1), account.user(), account.secret().text(), account.database(), capabilities);
        // Both sides are to speak the same protocol, so the gateway is asked for no more than what the server has.
        gateway = RawClient.connect(port, tenant, fleet.password(tenant), tenant, capabilities);
        // A server does not say how many rows a session has found that has not searched: it can be those of a session
        // before.
        gateway.query("SELECT 1");
        direct.query("SELECT 1");
    }

    /** Says the same to both sides and compares the answers. */
    RawReply both(String what, Exchange exchange) throws IOException {
        history.addLast(what);
        if (history.size() > REMEMBERED) {
            history.removeFirst();
        }
        operations++;
        var expected = exchange.with(direct, 1);
        var answered = exchange.with(gateway, 0);
        if (!answered.sameAs(expected)) {
            throw new AssertionError("Session " + name + " got another reply than its twin, operation " + operations
                    + "\n  behind: " + String.join("\n          ", history) + "\n  gateway:\n" + answered
                    + "  server:\n" + expected);
        }
        return answered;
    }

    RawReply query(String sql) throws IOException {
        return both(sql, (client, side) -> client.query(sql));
    }

    RawReply command(String what, int code, byte[] arguments) throws IOException {
        return both(what, (client, side) -> client.command(code, arguments));
    }

    /** Becomes the same user once more. */
    RawReply changeUser() throws IOException {
        statements.clear();
        var account = fleet.account(tenant);
        return both(
                "COM_CHANGE_USER",
                (client, side) -> side == 0
                        ? client.changeUser(tenant, fleet.password(tenant), tenant)
                        : client.changeUser(account.user(), account.secret().text(), account.database()));
    }

    /** The statement ids of both sides, gateway's first, by the script's own number. */
    Map<Integer, int[]> statements() {
        return statements;
    }

    /** Goes away without a word, and comes back as somebody new. */
    void breakOff() throws IOException {
        history.addLast("(disconnect)");
        gateway.abort();
        direct.abort();
        statements.clear();
        connect();
    }

    RawClient gateway() {
        return gateway;
    }

    RawClient direct() {
        return direct;
    }

    String name() {
        return name;
    }

    long operations() {
        return operations;
    }

    CapabilityFlags agreed() {
        return gateway.capabilities();
    }

    @Override
    public void close() throws IOException {
        gateway.close();
        direct.close();
    }
}
