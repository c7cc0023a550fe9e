// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import com.workersql.protocol.Command;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.ProcessKill;
import com.workersql.protocol.message.client.SetOption;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.netty.ChangeUserExchange;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Incidents;
import com.workersql.server.execute.StatementExecutor;
import com.workersql.server.peer.ClientAddress;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.Drain;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the commands of one MySQL client, one after the other, and has them run. While one runs, those that the client sent
 * ahead wait, and its socket is not read.
 */
final class CommandHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(CommandHandler.class);

    private final StatementExecutor executor;
    private final Supplier<GatewayError> draining;
    private final UserChanges userChanges;
    private final MySqlDoorSettings settings;
    private IdleLimit idle;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>(2);
    private Entrance.Admitted admitted;
    private ClientSession session;
    private ChangeUserExchange exchange;
    private MySqlReply reply;
    private ChannelHandlerContext context;
    private boolean busy;
    /** True once a fault of the gateway's own was seen: the client is told, and closed. */
    private boolean faulty;

    /**
     * @param draining gives the error for a client that asks for more while the gateway stops; null while it does not
     */
    CommandHandler(
            StatementExecutor executor,
            Entrance.Admitted admitted,
            MySqlDoorSettings settings,
            Supplier<GatewayError> draining,
            UserChanges userChanges) {
        this.executor = executor;
        this.admitted = admitted;
        this.session = admitted.session();
        this.draining = draining;
        this.userChanges = userChanges;
        this.settings = settings;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        session.onFault(this::faulted);
        reply = reply();
        idle = new IdleLimit(ctx.channel().eventLoop(), settings, this::tellAndClose);
        idle.waits(session);
    }

    private MySqlReply reply() {
        return new MySqlReply(context.channel(), session, settings.maxLocalFileBytes(), this::ended);
    }

    private void tellAndClose(GatewayError error) {
        if (!busy && exchange == null) {
            busy = true;
            reply.next(-1, false);
            session.closeAfterReply();
            reply.failed(error);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var command = (ByteBuf) message;
        if (exchange != null) {
            try {
                exchange.receive(ctx, command);
            } finally {
                command.release();
            }
        } else if (busy) {
            waiting.add(command);
            ctx.channel().config().setAutoRead(false);
        } else {
            run(command);
        }
    }

    private void run(ByteBuf command) {
        busy = true;
        idle.busy();
        int sequenceId = (command.readableBytes() / 0xFF_FFFF) & 0xFF;
        int code = command.isReadable() ? command.getUnsignedByte(command.readerIndex()) : -1;
        reply.next(sequenceId, code == Command.COM_STMT_EXECUTE);
        try {
            dispatch(code, command);
        } catch (ProtocolException e) {
            reply.failed(GatewayError.refused(e.errno(), e.sqlState(), e.getMessage()));
        }
    }

    private void dispatch(int code, ByteBuf command) {
        var stop = draining.get();
        if (stop != null && !session.transaction().isOpen() && code != Command.COM_QUIT) {
            command.release();
            session.closeAfterReply();
            reply.failed(stop);
            return;
        }
        switch (code) {
            case Command.COM_QUERY -> executor.query(session, withoutTrailingNul(command), reply);
            case Command.COM_FIELD_LIST -> executor.commands().fieldList(session, command, reply);
            case Command.COM_STMT_PREPARE -> executor.prepared().prepare(session, command, reply);
            case Command.COM_STMT_EXECUTE -> executor.prepared().execute(session, command, reply);
            case Command.COM_STMT_SEND_LONG_DATA -> {
                executor.prepared().sendLongData(session, command);
                ended();
            }
            case Command.COM_STMT_CLOSE -> {
                executor.prepared().close(session, command);
                ended();
            }
            case Command.COM_STMT_FETCH -> executor.prepared().fetch(session, command, reply);
            case Command.COM_STMT_RESET -> executor.prepared().reset(session, command, reply);
            case Command.COM_INIT_DB -> {
                String name = command.toString(
                        command.readerIndex() + 1, command.readableBytes() - 1, StandardCharsets.UTF_8);
                command.release();
                executor.commands().initDb(session, name, reply);
            }
            case Command.COM_SET_OPTION -> {
                SetOption option;
                try {
                    option = (SetOption) ClientCommand.decode(command, session.capabilities());
                } finally {
                    command.release();
                }
                session.allowSeveralStatements(option.option() == SetOption.MULTI_STATEMENTS_ON);
                reply.optionSet(session.transaction().lastingStatusFlags());
            }
            case Command.COM_STATISTICS -> {
                command.release();
                reply.text(executor.commands().statistics(session));
            }
            case Command.COM_PROCESS_INFO -> {
                command.release();
                executor.query(session, query("SHOW PROCESSLIST"), reply);
            }
            case Command.COM_PROCESS_KILL -> {
                ProcessKill kill;
                try {
                    kill = (ProcessKill) ClientCommand.decode(command, session.capabilities());
                } finally {
                    command.release();
                }
                executor.query(session, query("KILL " + Integer.toUnsignedLong(kill.connectionId())), reply);
            }
            case Command.COM_PING -> {
                command.release();
                executor.commands().ping(session, reply);
            }
            case Command.COM_RESET_CONNECTION -> {
                command.release();
                executor.commands().resetConnection(session, reply);
            }
            case Command.COM_CHANGE_USER -> changeUser(command);
            case Command.COM_QUIT -> {
                command.release();
                context.close();
            }
            default -> {
                command.release();
                reply.failed(GatewayError.refused(
                        1047, "08S01", code < 0 ? "Unknown command: the packet is empty" : "Unknown command " + code));
            }
        }
    }

    /** A command that is nothing but another way to write a statement. */
    private static ByteBuf query(String sql) {
        return Unpooled.buffer(1 + sql.length())
                .writeByte(Command.COM_QUERY)
                .writeBytes(sql.getBytes(StandardCharsets.US_ASCII));
    }

    private void changeUser(ByteBuf command) {
        ChangeUser change;
        try {
            change = (ChangeUser) ClientCommand.decode(command, session.capabilities());
        } finally {
            command.release();
        }
        executor.commands().whenLastFound(session, () -> {
            exchange = userChanges.begin(context, admitted.client(), change, this::changed);
            if (exchange.isEnded()) {
                exchange = null;
            }
        });
    }

    /** Nothing of the old session comes to the new one but what servers keep as well. */
    private void changed(Entrance.Admitted next) {
        executor.close(session);
        admitted.left().run();
        next.session().figures().foundRows(session.figures().foundRows());
        admitted = next;
        session = next.session();
        session.onFault(this::faulted);
        exchange = null;
        reply = reply();
        context.executor().execute(this::ended);
    }

    /** Some clients end the text with a NUL, which no server takes for a part of it. */
    private static ByteBuf withoutTrailingNul(ByteBuf command) {
        int last = command.writerIndex() - 1;
        if (last > command.readerIndex() && command.getByte(last) == 0) {
            command.writerIndex(last);
        }
        return command;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Drain && !busy && !session.transaction().isOpen()) {
            tellAndClose(draining.get());
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void ended() {
        busy = false;
        if (session.mustClose()
                || (draining.get() != null && !session.transaction().isOpen())) {
            context.close();
            return;
        }
        var next = waiting.poll();
        if (next == null) {
            idle.waits(session);
        }
        if (next != null) {
            // Not in this call: a client that sends thousands of commands ahead must not grow the stack.
            busy = true;
            context.executor().execute(() -> {
                if (context.channel().isActive()) {
                    run(next);
                } else {
                    next.release();
                }
            });
        } else if (!context.channel().config().isAutoRead()) {
            context.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        reply.writabilityChanged();
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        idle.cancel();
        waiting.forEach(ByteBuf::release);
        waiting.clear();
        executor.close(session);
        admitted.left().run();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof ProtocolException e) {
            LOG.info("Client {} broke the protocol: {}", ClientAddress.of(ctx.channel()), e.getMessage());
            var out = ctx.alloc().buffer();
            Err.of(e).encodePacket(out, 1, session.capabilities());
            ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
        } else {
            if (cause instanceof java.io.IOException) {
                ctx.close();
            } else {
                faulted(Incidents.log("client " + ClientAddress.of(ctx.channel()) + " is closed", cause));
            }
        }
    }

    private void faulted(GatewayError error) {
        if (faulty) {
            context.close();
            return;
        }
        faulty = true;
        try {
            tellOfFault(error);
        } catch (RuntimeException | Error e) {
            // Who cannot be told is not to wait either.
            context.close();
            throw e;
        }
    }

    private void tellOfFault(GatewayError error) {
        if (exchange != null) {
            // What the login expects now is no answer to a command.
            context.close();
        } else if (busy) {
            session.closeAfterReply();
            reply.failed(error);
        } else {
            tellAndClose(error);
        }
    }
}
