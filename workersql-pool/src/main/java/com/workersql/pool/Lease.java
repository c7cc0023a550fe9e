// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.session.ReplyKind;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.function.Consumer;

/**
 * One loan of a connection. A new one for each borrow, so that a borrower that kept an old one cannot touch the next borrower's
 * connection. Confined to the borrower's event loop, but for what is marked otherwise.
 */
final class Lease implements PooledConnection {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Lease.class);

    private final NettyBackendPool pool;
    private final Entry<BackendConnection> entry;
    private final BackendConnection connection;
    private final EventLoop borrower;
    private final LoopBridge loops;

    private int pending;
    private boolean returned;
    /** Null where none was asked for. */
    private Kills kills;

    private boolean paused;
    private boolean pinned;
    private Runnable closeAction;
    private Consumer<Throwable> faultAction = cause -> LOGGER.warn("A borrower of a connection failed", cause);

    /** May be made on any thread; the entry is lent. */
    Lease(NettyBackendPool pool, Entry<BackendConnection> entry, EventLoop borrower) {
        this.pool = pool;
        this.entry = entry;
        this.connection = entry.connection;
        this.borrower = borrower;
        this.loops = new LoopBridge(connection, borrower);
        connection.lease(this);
    }

    @Override
    public PoolKey key() {
        return entry.key;
    }

    @Override
    public EventLoop borrower() {
        checkLent();
        return borrower;
    }

    @Override
    public EventLoop eventLoop() {
        checkLent();
        return connection.loop();
    }

    @Override
    public long threadId() {
        checkLent();
        return connection.threadId();
    }

    @Override
    public int serverGeneration() {
        return entry.generation;
    }

    @Override
    public String serverVersion() {
        checkLent();
        return connection.serverVersion();
    }

    @Override
    public CapabilityFlags capabilities() {
        checkLent();
        return connection.capabilities();
    }

    @Override
    public ConnectionState state() {
        checkLent();
        return connection.state();
    }

    @Override
    public PreparedStatements preparedStatements() {
        checkLent();
        return connection.statements();
    }

    @Override
    public int pendingCommands() {
        checkLent();
        return pending;
    }

    @Override
    public boolean isOpen() {
        checkLent();
        return connection.isOpen();
    }

    @Override
    public void execute(ReplyKind kind, ByteBuf packets, ReplyListener listener) {
        run(kind, packets, listener, true);
    }

    @Override
    public void enqueue(ReplyKind kind, ByteBuf packets, ReplyListener listener) {
        run(kind, packets, listener, false);
    }

    @Override
    public void executePayload(ReplyKind kind, ByteBuf payload, ReplyListener listener) {
        run(kind, Framing.framed(payload), listener, true);
    }

    private void run(ReplyKind kind, ByteBuf packets, ReplyListener listener, boolean flush) {
        if (returned) {
            packets.release();
        }
        checkLent();
        noticeCommand(packets);
        if (kind == ReplyKind.NONE) {
            loops.onChannel(packets, () -> connection.send(packets, flush));
            listener.onComplete(
                    new ReplyStatus(connection.state().statusFlags(), 0, -1, 0, 0, 0, null, null, SessionChanges.NONE));
            return;
        }
        var command = command(kind, packets, listener);
        pending++;
        if (loops.hops()) {
            if (!loops.onChannel(packets, () -> connection.execute(command, packets, flush))) {
                borrower.execute(() -> {
                    commandBroken();
                    listener.onBroken(new BrokenConnectionException(
                            entry.key.endpoint(),
                            BrokenConnectionException.Phase.NOT_SENT,
                            "its event loop has ended",
                            null));
                });
            }
        } else {
            connection.execute(command, packets, flush);
        }
    }

    private Command command(ReplyKind kind, ByteBuf packets, ReplyListener listener) {
        try {
            return new Command(kind, listener, this, pool.now());
        } catch (RuntimeException | Error e) {
            packets.release();
            throw e;
        }
    }

    /** Some commands change what a reset does not bring back, and one would change the account. */
    private void noticeCommand(ByteBuf packets) {
        int at = packets.readerIndex() + PacketEncoder.HEADER_BYTES;
        int code = at < packets.writerIndex() ? packets.getUnsignedByte(at) : -1;
        if (code == com.workersql.protocol.Command.COM_CHANGE_USER) {
            packets.release();
            throw new IllegalArgumentException("COM_CHANGE_USER: a connection never changes its account");
        }
        if (code == com.workersql.protocol.Command.COM_SET_OPTION) {
            connection.state().optionSet(true);
        } else if (code == com.workersql.protocol.Command.COM_RESET_CONNECTION) {
            // Without the setup statement behind it, and with the statements still remembered.
            connection.state().resetNeeded("COM_RESET_CONNECTION of the borrower");
        }
    }

    @Override
    public Future<Void> sendMore(ByteBuf packets) {
        if (returned) {
            packets.release();
        }
        checkLent();
        Promise<Void> sent = borrower.newPromise();
        if (!loops.onChannel(
                packets, () -> connection.sendFile(packets, () -> loops.onBorrower(() -> sent.trySuccess(null))))) {
            sent.trySuccess(null);
        }
        return sent;
    }

    @Override
    public void setAutoRead(boolean autoRead) {
        checkLent();
        if (paused == autoRead) {
            paused = !autoRead;
            loops.onChannel(null, () -> connection.autoRead(autoRead));
        }
    }

    @Override
    public Future<Void> reset() {
        return newReset().run();
    }

    @Override
    public Future<Void> resetAhead() {
        return newReset().runAhead();
    }

    private BorrowerReset newReset() {
        checkLent();
        pending++;
        return new BorrowerReset(pool, entry, loops, borrower.newPromise(), () -> pending--);
    }

    @Override
    public Future<Void> cancelRunning() {
        return kill(true);
    }

    @Override
    public Future<Void> kill() {
        return kill(false);
    }

    private Future<Void> kill(boolean queryOnly) {
        checkLent();
        if (kills == null) {
            kills = new Kills(borrower);
        }
        return kills.add(pool.kill(connection, queryOnly, borrower));
    }

    @Override
    public Future<Void> unansweredKills() {
        checkLent();
        return kills == null ? null : kills.answers();
    }

    @Override
    public boolean tryPin() {
        checkLent();
        pinned = pinned || pool.tryPin(entry);
        return pinned;
    }

    @Override
    public void pin() {
        checkLent();
        if (!pinned) {
            pinned = true;
            pool.pin(entry);
        }
    }

    @Override
    public void unpin() {
        checkLent();
        if (pinned) {
            pinned = false;
            pool.unpin(entry);
        }
    }

    @Override
    public boolean isPinned() {
        checkLent();
        return pinned;
    }

    @Override
    public void onClose(Runnable action) {
        checkLent();
        closeAction = action;
        if (!connection.isOpen()) {
            runCloseAction();
        }
    }

    @Override
    public void onFault(Consumer<Throwable> action) {
        checkLent();
        faultAction = action;
    }

    @Override
    public void fault(Throwable cause) {
        assert borrower.inEventLoop();
        try {
            faultAction.accept(cause);
        } catch (RuntimeException | Error e) {
            LOGGER.warn("A borrower of a connection failed, and so did whoever was told", e);
        }
        if (!returned && kills == null) {
            giveBack(false, CloseReason.DISCARDED);
        }
    }

    /** For a listener that has thrown before its command ended. */
    BrokenConnectionException brokenByFault() {
        return new BrokenConnectionException(
                entry.key.endpoint(), BrokenConnectionException.Phase.SENT, "its borrower failed", null);
    }

    @Override
    public void release() {
        giveBack(false, null);
    }

    @Override
    public void releaseAfterReset() {
        giveBack(true, null);
    }

    @Override
    public void discard(String reason) {
        giveBack(false, CloseReason.DISCARDED);
    }

    @Override
    public void dismiss() {
        giveBack(false, CloseReason.DISMISSED);
    }

    /** Closes the connection where the borrower has a reason for that, or something else stands against its use. */
    private void giveBack(boolean reset, CloseReason wanted) {
        unpin();
        returned = true;
        closeAction = null;
        connection.lease(null);
        boolean unfit = wanted != null || kills != null || pending > 0 || !connection.isOpen();
        var reason = reason(wanted);
        boolean resume = paused;
        loops.onChannel(null, () -> {
            if (unfit) {
                pool.discard(entry, reason);
                return;
            }
            pool.orDiscard(entry, () -> {
                if (resume) {
                    connection.autoRead(true);
                }
                pool.restoreAndRelease(entry, ReturnRecipe.of(connection.state(), entry.key, reset));
            });
        });
    }

    private CloseReason reason(CloseReason wanted) {
        if (kills != null) {
            return CloseReason.KILLED;
        }
        if (!connection.isOpen()) {
            return CloseReason.BROKEN;
        }
        return wanted == null || pending > 0 ? CloseReason.DISCARDED : wanted;
    }

    // ---- called by commands, on the borrower's event loop

    void commandEnded(ReplyStatus status) {
        assert borrower.inEventLoop();
        pending--;
        if (status.isError()) {
            connection.state().replyFailed();
        } else {
            connection.state().replyEnded(status.statusFlags(), status.changes());
        }
    }

    void commandBroken() {
        assert borrower.inEventLoop();
        pending--;
    }

    // ---- called on the channel's event loop

    /** The way to the borrower. */
    LoopBridge loops() {
        return loops;
    }

    void channelClosed() {
        loops.onBorrower(() -> {
            if (!returned) {
                runCloseAction();
            }
        });
    }

    private void runCloseAction() {
        var action = closeAction;
        closeAction = null;
        if (action != null) {
            try {
                action.run();
            } catch (RuntimeException | Error e) {
                fault(e);
            }
        }
    }

    private void checkLent() {
        assert borrower.inEventLoop();
        if (returned) {
            throw new IllegalStateException("The connection to " + entry.key + " was given back");
        }
    }
}
