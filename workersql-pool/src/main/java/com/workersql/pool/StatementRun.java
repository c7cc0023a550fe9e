// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.workersql.protocol.Command;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplyReader;
import com.workersql.protocol.value.ParameterWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** One statement of a {@link PooledClient} on its connection, which goes back at the end. Confined to the borrower's event loop. */
final class StatementRun {
    private final PooledConnection connection;
    private final CompletableFuture<QueryResult> result;
    private final int maxRows;
    private final int maxResultBytes;

    StatementRun(PooledConnection connection, CompletableFuture<QueryResult> result, int maxRows, int maxResultBytes) {
        this.connection = connection;
        this.result = result;
        this.maxRows = maxRows;
        this.maxResultBytes = maxResultBytes;
    }

    void query(String sql) {
        connection.executePayload(
                ReplyKind.QUERY, payload(Command.COM_QUERY, sql), new Reading(ReplyKind.QUERY, this::end));
    }

    void execute(String sql, StatementText text, Object[] parameters) {
        var prepared = connection.preparedStatements().lookup(text);
        if (prepared != null) {
            execute(prepared, parameters);
            return;
        }
        connection.executePayload(
                ReplyKind.PREPARE,
                payload(Command.COM_STMT_PREPARE, sql),
                new Reading(ReplyKind.PREPARE, (status, collected) -> {
                    if (status.isError()) {
                        end(status, collected);
                        return;
                    }
                    var ok = collected.prepared();
                    execute(
                            connection
                                    .preparedStatements()
                                    .remember(text, ok.statementId(), ok.parameters(), ok.columns()),
                            parameters);
                }));
    }

    private void execute(PreparedStatement statement, Object[] parameters) {
        if (statement.parameterCount() != parameters.length) {
            giveBack();
            result.completeExceptionally(new IllegalArgumentException("The statement has " + statement.parameterCount()
                    + " parameters, given were " + parameters.length));
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
        connection.executePayload(ReplyKind.EXECUTE, payload, new Reading(ReplyKind.EXECUTE, this::end));
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

    private void end(ReplyStatus status, ResultCollector collected) {
        giveBack();
        if (status.isError()) {
            result.completeExceptionally(
                    new QueryFailedException(connection.key().endpoint(), status));
        } else {
            result.complete(collected.result(status));
        }
    }

    private void giveBack() {
        var state = connection.state();
        if (!Objects.equals(state.schema(), connection.key().account().database())) {
            // A reset does not go back to the account's schema.
            connection.discard("schema changed");
        } else if (state.isClean()) {
            connection.release();
        } else {
            connection.releaseAfterReset();
        }
    }

    private static ByteBuf payload(int command, String sql) {
        byte[] bytes = sql.getBytes(UTF_8);
        return Unpooled.buffer(1 + bytes.length).writeByte(command).writeBytes(bytes);
    }

    /** Reads one reply into a collector, and stops at a limit by giving the connection up. */
    private final class Reading implements ReplyListener {
        private final ResultCollector collector =
                new ResultCollector(connection.key().endpoint(), maxRows, maxResultBytes);
        private final ReplyReader reader = new ReplyReader(maxResultBytes);
        private final BiConsumer<ReplyStatus, ResultCollector> onEnd;
        private boolean givenUp;

        Reading(ReplyKind kind, BiConsumer<ReplyStatus, ResultCollector> onEnd) {
            this.onEnd = onEnd;
            reader.begin(kind, connection.capabilities(), collector);
        }

        @Override
        public void onForward(ByteBuf slice) {
            try {
                if (!givenUp) {
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
                if (!givenUp) {
                    reader.control(kind, sequenceId, payload);
                }
            } catch (PoolException | ProtocolException e) {
                giveUp(e);
            }
        }

        @Override
        public void onComplete(ReplyStatus status) {
            reader.close();
            if (!givenUp) {
                onEnd.accept(status, collector);
            }
        }

        @Override
        public void onBroken(BrokenConnectionException e) {
            reader.close();
            if (!givenUp) {
                connection.discard("broken");
                result.completeExceptionally(e);
            }
        }

        private void giveUp(RuntimeException cause) {
            givenUp = true;
            reader.close();
            connection.discard("result not readable");
            result.completeExceptionally(cause);
        }
    }
}
