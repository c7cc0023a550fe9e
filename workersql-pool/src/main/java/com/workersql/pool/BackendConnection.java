// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplySink;
import com.workersql.protocol.session.ResponseScanner;
import com.workersql.protocol.session.ServerSession;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayDeque;
import java.util.concurrent.TimeoutException;

/**
 * A logged-in channel: commands go out, replies come back to them in order. Confined to the channel's event loop, but for what is
 * marked otherwise. The session's state and its prepared statements belong to whoever has the connection: the borrower on its event
 * loop, or the pool on the channel's.
 */
final class BackendConnection extends ChannelInboundHandlerAdapter implements ReplySink {
    /** Payload bytes of an OK or EOF that carries neither text nor changes of the session's state. */
    private static final int BARE_OK_BYTES = 7;

    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(BackendConnection.class);

    private final PoolKey key;
    private final PoolConfig config;
    private final PoolListener listener;
    private final Channel channel;
    private final ServerSession server;
    private final ConnectionState state;
    private final PreparedStatements statements;
    private final ResponseScanner scanner = new ResponseScanner();
    private final ArrayDeque<Command> commands = new ArrayDeque<>();
    private final OwnCommands own;

    /** Its place in the pool; null for a control connection. */
    private Entry<BackendConnection> entry;

    private Runnable onBroken = () -> {};
    private LoopBridge hopping;
    private int lastStatusFlags;
    private boolean closing;
    private boolean unflushed;
    private volatile boolean failed;
    /** It was closed on purpose while the server still had it. */
    private volatile boolean closedHere;

    private volatile Lease lease;

    BackendConnection(PoolKey key, PoolConfig config, PoolListener listener, Channel channel, ServerSession server) {
        this.key = key;
        this.config = config;
        this.listener = listener;
        this.channel = channel;
        this.server = server;
        this.own = new OwnCommands(this, config, server);
        this.lastStatusFlags = server.ok().statusFlags();
        this.state = new ConnectionState(key.account().database(), lastStatusFlags);
        this.statements = new PreparedStatements(config.preparedStatementsPerConnection(), this::closeStatement);
    }

    // ---- any thread

    PoolKey key() {
        return key;
    }

    EventLoop loop() {
        return channel.eventLoop();
    }

    long threadId() {
        return Integer.toUnsignedLong(server.greeting().connectionId());
    }

    String serverVersion() {
        return server.greeting().serverVersion();
    }

    CapabilityFlags capabilities() {
        return server.capabilities();
    }

    boolean isOpen() {
        return !failed && channel.isActive();
    }

    /** True when it ended without being closed from here. */
    boolean wasClosedByPeer() {
        return failed && !closedHere;
    }

    /** What the status flags were behind the login, as a reset brings them back. */
    int statusFlagsOfLogin() {
        return server.ok().statusFlags();
    }

    // ---- whoever has it

    ConnectionState state() {
        return state;
    }

    PreparedStatements statements() {
        return statements;
    }

    Entry<BackendConnection> entry() {
        return entry;
    }

    void lease(Lease borrower) {
        lease = borrower;
    }

    // ---- the channel's event loop

    void enterPool(Entry<BackendConnection> place, Runnable whenBroken) {
        entry = place;
        onBroken = whenBroken;
    }

    /** What the pool itself says on this connection. */
    OwnCommands own() {
        return own;
    }

    /** Sends a command of a borrower or, without lease, of the pool. Owns {@code packets}. */
    void execute(Command command, ByteBuf packets, boolean flush) {
        assert loop().inEventLoop();
        if (!isOpen()) {
            packets.release();
            // Later, so that nobody hears of the end of a command that it is still giving.
            loop().execute(() -> {
                command.breakOff(broken(command.phase(), "it was closed before", null));
                flushHops();
            });
            return;
        }
        if (commands.isEmpty()) {
            scanner.begin(command.kind, server.capabilities());
        }
        commands.add(command);
        channel.write(packets, channel.voidPromise());
        if (!flush) {
            unflushed = true;
            return;
        }
        if (unflushed) {
            unflushed = false;
            commands.forEach(c -> c.sent |= c != command);
        }
        // A write that fails at once does so inside of flush, and then the last command cannot have left as a whole:
        // what
        // remained unsent was its end. Whether the ones before it left is not known, so they count as sent.
        channel.flush();
        command.sent = true;
    }

    /** Sends a part of a file; {@code sent} hears when the kernel has taken it, or that it will not. Owns {@code packets}. */
    void sendFile(ByteBuf packets, Runnable sent) {
        assert loop().inEventLoop();
        if (isOpen()) {
            channel.writeAndFlush(packets).addListener(f -> sent.run());
        } else {
            packets.release();
            sent.run();
        }
    }

    /** Sends what has no reply. Owns {@code packets}. */
    void send(ByteBuf packets, boolean flush) {
        assert loop().inEventLoop();
        if (!isOpen()) {
            packets.release();
        } else if (flush) {
            channel.writeAndFlush(packets, channel.voidPromise());
        } else {
            channel.write(packets, channel.voidPromise());
        }
    }

    void closeStatement(int statementId) {
        if (loop().inEventLoop()) {
            ByteBuf packet = channel.alloc().buffer(9, 9);
            packet.writeIntLE(5).writeByte(0x19).writeIntLE(statementId);
            // Not flushed: it leaves with the next command.
            send(packet, false);
        } else {
            loop().execute(() -> closeStatement(statementId));
        }
    }

    void autoRead(boolean autoRead) {
        channel.config().setAutoRead(autoRead);
    }

    /**
     * Closes the channel; {@code whenClosed} runs on the event loop.
     *
     * @param farewell tells the server by COM_QUIT, so that it does not log an aborted connection
     */
    void close(boolean farewell, Runnable whenClosed) {
        assert loop().inEventLoop();
        closing = true;
        closedHere = !failed;
        channel.closeFuture().addListener(f -> whenClosed.run());
        if (farewell && commands.isEmpty() && isOpen()) {
            channel.writeAndFlush(command(0x01, "")).addListener(ChannelFutureListener.CLOSE);
        } else {
            channel.close();
        }
    }

    /** Ends the connection as if the network had. */
    void sever(String why) {
        assert loop().inEventLoop();
        if (isOpen()) {
            fail(why, null);
        }
    }

    /** Ends the connection because an answer did not come in time. */
    void silent(String why) {
        assert loop().inEventLoop();
        fail(why, new TimeoutException());
    }

    ByteBuf command(int code, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        ByteBuf packet = channel.alloc().buffer(PacketEncoder.HEADER_BYTES + 1 + bytes.length);
        int header = PacketEncoder.start(packet);
        packet.writeByte(code).writeBytes(bytes);
        PacketEncoder.finish(packet, header, 0);
        return packet;
    }

    // ---- the channel

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        assert loop().inEventLoop();
        var in = (ByteBuf) message;
        try {
            while (in.isReadable() && !failed) {
                var command = commands.peek();
                if (command == null) {
                    fail(Unasked.says(in, server.capabilities()), null);
                    return;
                }
                scanner.scan(in, this);
                if (scanner.isDone()) {
                    completeFirst();
                }
            }
        } catch (ProtocolException | UnaskedFileRequest e) {
            fail(e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            failed(e);
        } finally {
            in.release();
            flushHops();
        }
    }

    /** Of the pool's own fault the borrower hears as of one of its own: it says nothing of the server. */
    private void failed(Throwable cause) {
        LOGGER.warn("A connection to {} failed on this side", key.endpoint(), cause);
        var command = commands.peek();
        if (command != null) {
            command.fault(cause);
        }
        fail("it failed on this side", cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail("closed by the server", null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }

    // ---- the scanner's findings

    @Override
    public void forward(ByteBuf in, int index, int length) {
        commands.peek().forward(in.retainedSlice(index, length));
    }

    @Override
    public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
        var command = commands.peek();
        switch (kind) {
            case OK, EOF, COLUMNS_EOF -> {
                lastStatusFlags = scanner.statusFlags();
                if (kind == ControlPacket.OK
                        && payload.readableBytes() > BARE_OK_BYTES
                        && !StatementIdReport.isAllOf(payload)) {
                    command.readOk(payload, server.capabilities());
                }
            }
            case ERR -> command.readErr(payload, server.capabilities());
            case LOCAL_INFILE -> {
                if (!command.answersFileRequests) {
                    throw new UnaskedFileRequest();
                }
            }
            default -> {}
        }
        command.control(kind, sequenceId, payload);
    }

    private void completeFirst() {
        var command = commands.peek();
        var status = command.status(scanner, lastStatusFlags);
        if (command.lease != null) {
            listener.commandCompleted(
                    key.endpoint(), config.nanoClock().getAsLong() - command.startNanos, status.errno());
        }
        // Up to here a fault ends the connection, which the command hears of; from here on it is told the end of its
        // reply.
        commands.poll();
        var next = commands.peek();
        if (next != null) {
            scanner.begin(next.kind, server.capabilities());
        }
        command.complete(status);
    }

    // ---- the end

    private void fail(String message, Throwable cause) {
        if (failed) {
            return;
        }
        failed = true;
        // Before anybody hears of it, who will close it then.
        boolean asked = closing;
        var first = commands.peek();
        var phase = first == null ? BrokenConnectionException.Phase.NOT_SENT : first.phase();
        int next = first == null ? -1 : scanner.nextSequenceIdOfRows();
        for (var command = commands.poll(); command != null; command = commands.poll()) {
            try {
                command.breakOff(new BrokenConnectionException(
                        key.endpoint(), command.phase(), command == first ? next : -1, message, cause));
            } catch (RuntimeException | Error e) {
                // The others have to hear of it all the same.
                LOGGER.warn("Whoever waited for a reply failed at its end", e);
            }
        }
        flushHops();
        channel.close();
        if (!asked) {
            listener.connectionBroken(key.endpoint(), broken(phase, message, cause), first == null);
        }
        onBroken.run();
        var borrower = lease;
        if (borrower != null) {
            borrower.channelClosed();
        }
    }

    private BrokenConnectionException broken(BrokenConnectionException.Phase phase, String message, Throwable cause) {
        return new BrokenConnectionException(key.endpoint(), phase, message, cause);
    }

    // ---- hops to a borrower's event loop

    void hopsWaiting(LoopBridge bridge) {
        if (hopping != bridge) {
            flushHops();
            hopping = bridge;
        }
    }

    private void flushHops() {
        if (hopping != null) {
            var bridge = hopping;
            hopping = null;
            bridge.flush();
        }
    }
}
