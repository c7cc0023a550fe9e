// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.it.CursorTwin.READ_ONLY;
import static com.workersql.server.it.CursorTwin.isOpen;
import static com.workersql.server.it.CursorTwin.status;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import com.workersql.protocol.testing.RawReply;
import com.workersql.server.config.GatewayConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A cursor that is open behind a proxy which can cut it: each test has a client of its own, which has fetched the first of three rows.
 */
final class CutCursor implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
    /** COM_STMT_FETCH with its header. */
    private static final String FETCH = "\11\0\0\0\34";

    private final UnaryOperator<GatewayConfig> change;
    private ProxiedFleet<FaultProxy> proxied;
    private RawClient client;
    private int statement;

    CutCursor(UnaryOperator<GatewayConfig> change) {
        this.change = change;
    }

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        proxied = ProxiedFleet.start(FaultProxy::new, FaultProxy::port, change);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        client = connect();
        statement = prepare("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3");
        execute();
        assertThat(fetch(1).payloads()).hasSize(2);
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        client.close();
        proxy().release();
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        if (proxied != null) {
            proxied.close();
        }
    }

    FaultProxy proxy() {
        return proxied.proxy();
    }

    /** Cuts the answer to the next fetch behind so many bytes. */
    void cutFetch(FaultProxy.Cut cut, int bytes) {
        proxy().aim(FETCH, cut, bytes);
    }

    /** The client that has the cursor open. */
    RawClient client() {
        return client;
    }

    /** The client's id of the statement that the cursor is of. */
    int statement() {
        return statement;
    }

    /** One more client. */
    RawClient connect() throws IOException {
        return proxied.fleet().raw("acme");
    }

    int prepare(String sql) throws IOException {
        return client.command(Command.COM_STMT_PREPARE, sql.getBytes(StandardCharsets.UTF_8))
                .statementId();
    }

    RawReply fetch(int rows) throws IOException {
        return CursorTwin.fetch(client, statement, rows);
    }

    private void execute() throws IOException {
        assertThat(isOpen(status(CursorTwin.execute(client, statement, READ_ONLY))))
                .isTrue();
    }

    /** The session goes on, and so does the statement, with another cursor. */
    void assertOpensAgain() throws IOException {
        assertThat(client.query("SELECT 5").value()).isEqualTo("5");
        execute();
        assertThat(fetch(9).payloads()).hasSize(4);
    }
}
