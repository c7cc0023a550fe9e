// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.session.ReplyKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * A connection, lent to one borrower until it is given back by {@link #release}, {@link #releaseAfterReset} or {@link #discard}.
 * A transaction or a pinned session simply keeps it.
 *
 * <p>Every method is called on the borrower's event loop ({@link AcquireRequest#borrower()}), and every answer arrives there,
 * in order, also when the channel lives on another loop. After it is given back, every method but {@link #key()} and {@link #fault}
 * throws {@link IllegalStateException}, and so does giving it back twice.
 */
public interface PooledConnection {
    /** The key under which it was borrowed. */
    PoolKey key();

    /** The borrower's event loop. */
    EventLoop borrower();

    /** The event loop on which the channel lives; another one than the borrower's costs two hops per command. */
    EventLoop eventLoop();

    /** The server's id of this connection, as in its process list. */
    long threadId();

    /**
     * Which start of the server this is, as far as the pool has noticed starts, and changes of what its sessions begin with: what was
     * learned of the server on connections of another number may not hold any more.
     */
    int serverGeneration();

    /** The version text of the server's greeting. */
    String serverVersion();

    /** What both sides agreed on. */
    CapabilityFlags capabilities();

    /** What is known of the server's session. */
    ConnectionState state();

    /** What is prepared on this connection. */
    PreparedStatements preparedStatements();

    /** How many commands were given whose reply is not complete. */
    int pendingCommands();

    /** False as soon as the channel is known to be closed. */
    boolean isOpen();

    /**
     * Sends a command. Commands are pipelined: replies come in the order of the calls.
     *
     * @param kind the grammar of the reply; {@link ReplyKind#NONE} completes at once, with the last known status
     * @param packets whole packets with headers, one command; the connection owns it from here and releases it
     * @param listener takes the reply
     */
    void execute(ReplyKind kind, ByteBuf packets, ReplyListener listener);

    /**
     * As {@link #execute}, but held back until the next call of {@link #execute} or {@link #executePayload}, so that both leave in the
     * same write.
     *
     * @param kind the grammar of the reply
     * @param packets whole packets with headers, one command; the connection owns it from here and releases it
     * @param listener takes the reply
     */
    void enqueue(ReplyKind kind, ByteBuf packets, ReplyListener listener);

    /**
     * Sends a command, as {@link #execute} does, after writing its packet headers.
     *
     * @param kind the grammar of the reply
     * @param payload the command byte and what follows; any length; the connection owns it from here and releases it
     * @param listener takes the reply
     */
    void executePayload(ReplyKind kind, ByteBuf payload, ReplyListener listener);

    /**
     * Sends more bytes for the command that runs: the file that a LOCAL INFILE request asks for.
     *
     * @param packets a part of the stream of packets, cut anywhere; the connection owns it from here and releases it
     * @return done when the kernel has taken the bytes, or when there is nobody left who could take them: whoever waits for it before
     *     reading more of the file holds no more of it than the server takes. How the command ends, its listener hears.
     */
    Future<Void> sendMore(ByteBuf packets);

    /**
     * Backpressure: stops or resumes reading from the server. What was read already still arrives. A connection that is given
     * back reads again.
     *
     * @param autoRead false to stop
     */
    void setAutoRead(boolean autoRead);

    /**
     * Ends the command that runs, by KILL QUERY over a control connection of the same account. The command itself then ends by
     * an error or, too late, well. From this call on the connection never returns to the pool: giving it back closes it, because
     * the kill may strike later than its command. Who goes on using it waits for {@link #unansweredKills} before the next command.
     *
     * @return done when the server confirmed the kill; fails with a {@link PoolException} when it could not be asked, or did not answer
     */
    Future<Void> cancelRunning();

    /**
     * Ends the connection with everything that runs on it, by KILL over a control connection of the same account. As with
     * {@link #cancelRunning} it never returns to the pool.
     *
     * @return done when the server confirmed the kill; fails with a {@link PoolException} when it could not be asked
     */
    Future<Void> kill();

    /**
     * The answers to all kills that were asked for. Before they are there, a kill whose command has ended meanwhile may strike the one
     * that is sent behind it.
     *
     * @return null when there is none to wait for; otherwise done when none can strike any more, within two times
     *     {@link PoolConfig#connectTimeoutMillis()} and {@link PoolConfig#validationTimeoutMillis()}; fails when the server was asked and
     *     did not answer, so that one may strike at any time: the connection is of no more use
     */
    Future<Void> unansweredKills();

    /**
     * Resets the session of the borrowed connection by COM_RESET_CONNECTION and the setup statement, behind all commands given so
     * far. {@link #state()} and {@link #preparedStatements()} are cleared when it is done; the current schema stays.
     *
     * @return done when the server confirmed both; fails with a {@link BrokenConnectionException}, then the connection is closed
     */
    Future<Void> reset();

    /**
     * As {@link #reset}, but held back until the next call of {@link #execute} or {@link #executePayload}, so that all leave in the same
     * write. {@link #state()} and {@link #preparedStatements()} are at once what they will be behind it. Should the server refuse it, the
     * connection ends, and what was sent behind it hears {@link ReplyListener#onBroken}.
     *
     * @return done when the server confirmed it; fails with a {@link PoolException}
     */
    Future<Void> resetAhead();

    /**
     * Records that the borrower keeps this connection beyond its transactions, because the server holds state for it. What one
     * tenant may pin is limited ({@link PoolConfig#maxPinnedPercentPerTenant()}); ask before the statement that makes the state.
     * A connection that is given back is not pinned any more.
     *
     * @return false when the tenant has pinned as many as it may; true when this one is pinned now, or was before
     */
    boolean tryPin();

    /** Records a pin that cannot be refused any more, because the state is there already; it counts, also above the limit. */
    void pin();

    /** Takes the pin back: the state is gone. Does nothing when there is none. */
    void unpin();

    /** True while it is pinned. */
    boolean isPinned();

    /**
     * Watches for the end of the connection.
     *
     * @param action runs once on the borrower's loop when the channel closes while it is lent; at once if it is closed. One
     *     action per borrow, a second call replaces the first.
     */
    void onClose(Runnable action);

    /**
     * Watches for faults of the borrower's own. What a {@link ReplyListener} of this loan throws, be it an {@link Error}, or the action of
     * {@link #onClose}, or what is told by {@link #fault}, costs the connection: the action hears of it, then the connection is
     * discarded, unless it was given back or a kill was asked for. A listener that has not had its last call hears
     * {@link ReplyListener#onBroken} behind that, and nothing else. Without an action, a fault is logged.
     *
     * @param action takes what was thrown, on the borrower's loop, also behind giving back; a second call replaces the first
     */
    void onFault(Consumer<Throwable> action);

    /**
     * Tells of a fault of the borrower's own outside of its listeners, as if one of them had thrown it. May be called behind giving
     * back.
     *
     * @param cause what was thrown
     */
    void fault(Throwable cause);

    /**
     * Gives the connection back with what its state needs and no more: as it is when nothing was left open, and the next borrower
     * compares {@link #state()}; after a ROLLBACK when a transaction is or may be open; after COM_RESET_CONNECTION, the setup statement
     * and, if it was left, COM_INIT_DB to the account's schema when {@link ConnectionState#resetNeeded} was called; after
     * COM_SET_OPTION when the borrower sent one. It is closed when {@link ConnectionState#discardNeeded} was called, a command is
     * still pending, a kill was asked for, or it is broken.
     */
    void release();

    /** As {@link #release}, but with COM_RESET_CONNECTION in any case. */
    void releaseAfterReset();

    /**
     * Closes the connection at once, with no farewell.
     *
     * @param reason a few words, for statistics and logs
     */
    void discard(String reason);

    /**
     * Closes a connection that could be lent again, since nobody will need it. The server is told (COM_QUIT), so that it neither counts nor
     * logs an aborted connection. With a command pending this is {@link #discard}.
     */
    void dismiss();
}
