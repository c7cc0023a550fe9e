// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.workersql.protocol.Command;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyHandler;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplyReader;
import com.workersql.protocol.value.ParameterWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One statement of a {@link PooledClient} on a connection. Confined to the borrower's event loop. */
final class StatementRun {
    /** What becomes of a statement. One of its ends is called, once. */
    interface Outcome {
        /** Takes what is read of the reply. */
        ReplyHandler handler();

        /** The reply is complete, be it an error of the server; the connection can be used further. */
        void completed(ReplyStatus status);

        /**
         * There is no complete reply.
         *
         * @param usable whether the connection can be used further; it is discarded otherwise
         */
        void failed(Throwable cause, boolean usable);
    }

    private final PooledConnection connection;
    private final int maxRowBytes;
    private final Outcome outcome;
    private Future<?> deadline;
    private boolean ended;

    StatementRun(PooledConnection connection, int maxRowBytes, Outcome outcome) {
        this.connection = connection;
        this.maxRowBytes = maxRowBytes;
        this.outcome = outcome;
    }

    /** Ends the statement by a kill when it takes longer; 0 for no limit. */
    StatementRun within(int timeoutMillis) {
        if (timeoutMillis > 0) {
            deadline = connection
                    .borrower()
                    .schedule(
                            () -> abort(new StatementTimeoutException(
                                    connection.key().endpoint(), timeoutMillis)),
                            timeoutMillis,
                            TimeUnit.MILLISECONDS);
        }
        return this;
    }

    /** Ends the statement by a kill, unless it has ended. */
    void abort(Throwable cause) {
        if (!ended) {
            connection.cancelRunning();
            fail(cause, false, "aborted");
        }
    }

    void run(String sql, StatementText text, Object[] parameters) {
        if (text == null) {
            connection.executePayload(
                    ReplyKind.QUERY,
                    payload(Command.COM_QUERY, sql),
                    new Reading(ReplyKind.QUERY, outcome.handler(), this::complete));
            return;
        }
        var prepared = connection.preparedStatements().lookup(text);
        if (prepared != null) {
            execute(prepared, parameters);
            return;
        }
        var collector = new ResultCollector(connection.key().endpoint(), 0, 0);
        connection.executePayload(
                ReplyKind.PREPARE,
                payload(Command.COM_STMT_PREPARE, sql),
                new Reading(ReplyKind.PREPARE, collector, status -> {
                    if (status.isError()) {
                        complete(status);
                        return;
                    }
                    var ok = collector.prepared();
                    execute(
                            connection
                                    .preparedStatements()
                                    .remember(text, ok.statementId(), ok.parameters(), ok.columns()),
                            parameters);
                }));
    }

    private void execute(PreparedStatement statement, Object[] parameters) {
        if (statement.parameterCount() != parameters.length) {
            fail(
                    new IllegalArgumentException("The statement has " + statement.parameterCount()
                            + " parameters, given were " + parameters.length),
                    true,
                    null);
            return;
        }
        ByteBuf payload = Unpooled.buffer();
        var writer = new ParameterWriter()
                .begin(payload, statement.statementId(), 0, parameters.length, List.of(), connection.capabilities());
        for (var parameter : parameters) {
            write(writer, parameter);
        }
        writer.end();
        statement.typesBound(true);
        connection.executePayload(
                ReplyKind.EXECUTE, payload, new Reading(ReplyKind.EXECUTE, outcome.handler(), this::complete));
    }

    private static void write(ParameterWriter writer, Object value) {
        if (value == null) {
            writer.addNull();
        } else if (value instanceof Byte
                || value instanceof Short
                || value instanceof Integer
                || value instanceof Long) {
            writer.addLong(((Number) value).longValue());
        } else if (value instanceof Boolean truth) {
            writer.addLong(truth ? 1 : 0);
        } else if (value instanceof Float || value instanceof Double) {
            writer.addDouble(((Number) value).doubleValue());
        } else if (value instanceof BigInteger integer) {
            writer.addDecimal(integer.toString());
        } else if (value instanceof BigDecimal decimal) {
            writer.addDecimal(decimal.toPlainString());
        } else if (value instanceof byte[] bytes) {
            writer.addBytes(bytes);
        } else {
            writer.addText(value.toString());
        }
    }

    private void complete(ReplyStatus status) {
        end();
        outcome.completed(status);
    }

    private void fail(Throwable cause, boolean usable, String discardReason) {
        end();
        if (!usable) {
            connection.discard(discardReason);
        }
        outcome.failed(cause, usable);
    }

    private void end() {
        ended = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private static ByteBuf payload(int command, String sql) {
        byte[] bytes = sql.getBytes(UTF_8);
        return Unpooled.buffer(1 + bytes.length).writeByte(command).writeBytes(bytes);
    }

    /** Reads one reply, and stops at a limit by giving the connection up. */
    private final class Reading implements ReplyListener {
        private final ReplyReader reader = new ReplyReader(maxRowBytes);
        private final Consumer<ReplyStatus> onEnd;

        Reading(ReplyKind kind, ReplyHandler handler, Consumer<ReplyStatus> onEnd) {
            this.onEnd = onEnd;
            reader.begin(kind, connection.capabilities(), handler);
        }

        @Override
        public void onForward(ByteBuf slice) {
            try {
                if (!ended) {
                    reader.forward(slice, slice.readerIndex(), slice.readableBytes());
                }
            } catch (PoolException | ProtocolException e) {
                giveUp(e);
            } finally {
                slice.release();
            }
        }

        @Override
        public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {
            try {
                if (!ended) {
                    reader.control(kind, sequenceId, payload);
                }
            } catch (PoolException | ProtocolException e) {
                giveUp(e);
            }
        }

        @Override
        public void onComplete(ReplyStatus status) {
            reader.close();
            if (!ended) {
                onEnd.accept(status);
            }
        }

        @Override
        public void onBroken(BrokenConnectionException e) {
            reader.close();
            if (!ended) {
                fail(e, false, "broken");
            }
        }

        private void giveUp(RuntimeException cause) {
            reader.close();
            fail(cause, false, "result not readable");
        }
    }
}
