// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ServerSession;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What the pool itself says on a connection: signs of life, what sets a session up or brings it back, and questions about the server.
 * Each has a time for its answers. Confined to the channel's event loop.
 */
final class OwnCommands {
    private static final ReturnRecipe RESET = new ReturnRecipe(false, true, false, false, null);
    /** A handshake by CLIENT_IGNORE_SPACE adds it to the server's mode, and MariaDB's reset takes it away. */
    private static final String IGNORE_SPACE =
            "SET SESSION sql_mode=CONCAT_WS(',', NULLIF(@@SESSION.sql_mode, ''), 'IGNORE_SPACE')";

    private final BackendConnection connection;
    private final PoolConfig config;
    private final ServerSession server;

    /** Brings the session's collation back where a reset does not; null where it does. */
    private String setNames;

    OwnCommands(BackendConnection connection, PoolConfig config, ServerSession server) {
        this.connection = connection;
        this.config = config;
        this.server = server;
        this.setNames = server.setNames();
    }

    /** Asks for a sign of life; {@code done} hears whether there was one in time. */
    void ping(BiConsumer<ReplyStatus, Throwable> done) {
        run(
                config.validationTimeoutMillis(),
                "COM_PING",
                done,
                new Request(ReplyKind.OK_ONLY, connection.command(0x0E, "")));
    }

    /** Resets the session and sets it up again; {@code done} gets the status or the reason, on the channel's event loop. */
    void reset(BiConsumer<ReplyStatus, Throwable> done) {
        restore(RESET, true, done);
    }

    /** As {@link #reset}, held back until the next command. */
    void resetAhead(BiConsumer<ReplyStatus, Throwable> done) {
        restore(RESET, false, done);
    }

    /** Carries out a recipe in one write; {@code done} gets the last status, the first error, or the reason why there is none. */
    void restore(ReturnRecipe recipe, BiConsumer<ReplyStatus, Throwable> done) {
        restore(recipe, true, done);
    }

    private void restore(ReturnRecipe recipe, boolean flush, BiConsumer<ReplyStatus, Throwable> done) {
        var requests = new ArrayList<Request>();
        if (recipe.rollback()) {
            requests.add(query("ROLLBACK"));
        }
        if (recipe.reset()) {
            requests.add(new Request(ReplyKind.OK_ONLY, connection.command(0x1F, "")));
            if (!config.setupStatement().isEmpty()) {
                requests.add(query(config.setupStatement()));
            }
            if (setNames != null) {
                requests.add(query(setNames));
            }
            if (isMariaDb() && connection.key().capabilities().has(CapabilityFlags.CLIENT_IGNORE_SPACE)) {
                requests.add(query(IGNORE_SPACE));
            }
        }
        if (recipe.initDb()) {
            requests.add(new Request(
                    ReplyKind.OK_ONLY,
                    connection.command(0x02, connection.key().account().database())));
        }
        if (recipe.setOption()) {
            int option = ReturnRecipe.optionOf(connection.key());
            requests.add(new Request(ReplyKind.OK_ONLY, connection.command(0x1B, new String(new char[] {(char) option, 0
            }))));
        }
        run(config.resetTimeoutMillis(), "what brings a session back", flush, done, requests.toArray(Request[]::new));
    }

    /** Whether the handshake could not carry the session's collation. */
    boolean needsNames() {
        return server.setNames() != null;
    }

    /** Sets the collation that the handshake could not carry. */
    void setNames(BiConsumer<ReplyStatus, Throwable> done) {
        run(config.connectTimeoutMillis(), "SET NAMES", done, query(setNames));
    }

    /** MariaDB resets character sets and collation to those of the handshake, MySQL to the server's own. */
    boolean resetsToHandshakeCollation() {
        return isMariaDb();
    }

    private boolean isMariaDb() {
        return connection.serverVersion().contains("MariaDB");
    }

    /** Asks for the names of the handshake's collation, so that it can be brought back behind a reset. */
    void learnNames(Consumer<BrokenConnectionException> done) {
        ask("SELECT @@SESSION.character_set_client, @@SESSION.collation_connection", (names, cause) -> {
            if (names != null) {
                setNames = "SET NAMES " + names.get(0) + " COLLATE " + names.get(1);
            }
            done.accept(cause);
        });
    }

    /** Runs the setup statement behind the login. */
    void setUp(BiConsumer<ReplyStatus, Throwable> done) {
        run(config.connectTimeoutMillis(), "the setup statement", done, query(config.setupStatement()));
    }

    /** Asks the server how it describes itself; {@code done} gets that, null if it does not tell, or the reason why there is no answer. */
    void identify(BiConsumer<ServerIdentity, BrokenConnectionException> done) {
        ask(
                config.identityStatement(),
                (settings, cause) -> done.accept(
                        settings == null
                                ? null
                                : new ServerIdentity(
                                        connection.serverVersion(),
                                        server.greeting().collationId(),
                                        settings),
                        cause));
    }

    private void ask(String sql, BiConsumer<List<String>, BrokenConnectionException> done) {
        var request = query(sql);
        var reply = new FirstRow(connection.key().endpoint(), server.capabilities(), done);
        connection.execute(
                new Command(request.kind(), reply, null, config.nanoClock().getAsLong()), request.packets(), true);
    }

    Request query(String sql) {
        return new Request(ReplyKind.QUERY, connection.command(0x03, sql));
    }

    /** A command of the pool's own. */
    record Request(ReplyKind kind, ByteBuf packets) {}

    /**
     * Sends commands of the pool's own in one write. {@code done} hears once: of the last reply, of the first that is an error, or
     * why there is none; an error or a silence also ends the connection's use, which is the caller's to draw the consequence from.
     */
    void run(int timeoutMillis, String what, BiConsumer<ReplyStatus, Throwable> done, Request... requests) {
        run(timeoutMillis, what, true, done, requests);
    }

    private void run(
            int timeoutMillis,
            String what,
            boolean flush,
            BiConsumer<ReplyStatus, Throwable> done,
            Request... requests) {
        var loop = connection.loop();
        assert loop.inEventLoop();
        var ended = new boolean[1];
        var timer = loop.schedule(
                () -> {
                    if (!ended[0]) {
                        connection.silent("no answer to " + what + " within " + timeoutMillis + " ms");
                    }
                },
                timeoutMillis,
                TimeUnit.MILLISECONDS);
        for (int i = 0; i < requests.length; i++) {
            boolean last = i == requests.length - 1;
            var onEnd = new InternalListener((status, cause) -> {
                if (!ended[0] && (last || cause != null || status.isError())) {
                    ended[0] = true;
                    timer.cancel(false);
                    done.accept(status, cause);
                }
            });
            connection.execute(
                    new Command(
                            requests[i].kind(), onEnd, null, config.nanoClock().getAsLong()),
                    requests[i].packets(),
                    flush && last);
        }
    }
}
