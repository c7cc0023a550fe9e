// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.pool.SessionChanges;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.router.ParameterValue;
import com.workersql.router.RoutePlan;
import com.workersql.router.ShardStatement;
import com.workersql.router.Statement;
import com.workersql.router.StatementInfo;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.function.Consumer;

/**
 * Reads from several shards and gives the client their rows as one result: the first shard's definitions, the rows of all in the
 * shards' order, and one end. One shard after the other, so that nothing is gathered here, a slow client holds up no shard but
 * the one that it reads from, and a statement never holds a connection while it waits for another.
 */
final class Concatenation {
    private static final int MOST_WARNINGS = 0xFFFF;

    private final StatementExecutor executor;
    private final ClientSession session;
    private final RoutePlan.MultiShard plan;
    private final Statement statement;
    private final Work work;
    private final ReplyTarget target;
    private final StatementDeadline deadline;
    private final Flow flow = new Flow();

    private int done;
    private int nextNumber;
    private boolean began;
    private CapabilityFlags capabilities = CapabilityFlags.NONE;
    private ResultColumns columns;
    private long rows;
    private int warnings;

    Concatenation(
            StatementExecutor executor,
            ClientSession session,
            RoutePlan.MultiShard plan,
            Statement statement,
            Work work,
            ReplyTarget target) {
        this.executor = executor;
        this.session = session;
        this.plan = plan;
        this.statement = statement;
        this.work = work;
        this.target = target;
        this.deadline = executor.deadline(session);
    }

    void start() {
        if (!session.transaction().nextStandsAlone() || session.pins().holdUnreplayableState()) {
            work.drop();
            target.failed(GatewayError.refused(
                    1235,
                    "42000",
                    "The statement reads from shards " + plan.shards()
                            + ", which no open transaction and no state of this session may span; COMMIT first"));
            return;
        }
        session.activity().cancelled(false);
        next();
    }

    private void next() {
        var part = plan.parts().get(done);
        executor.runOn(session, part.shard(), false, work(part), new Part(), Concatenation::learn, deadline);
    }

    private static void learn(
            ClientSession session, PooledConnection connection, StatementInfo info, ReplyStatus status) {
        if (!status.isError()) {
            session.transaction().statusFlags(status.statusFlags());
        }
    }

    /** The statement for one shard, with the text and the values that are for it. */
    private Work work(ShardStatement part) {
        if (part.sql() == null) {
            return work.again();
        }
        var given = statement.parameters();
        if (given == null || part.parameters().length == given.count()) {
            return work.again().rewritten(part.sql());
        }
        var own = new ArrayList<ParameterValue>(part.parameters().length);
        for (int parameter : part.parameters()) {
            own.add(given.get(parameter));
        }
        return new ExecuteWork(session, plan.statement(), part.sql(), work.asked(), null, new GivenExecution(own));
    }

    private boolean isLast() {
        return done == plan.parts().size() - 1;
    }

    private int takeNumber() {
        int number = nextNumber;
        nextNumber = (nextNumber + 1) & 0xFF;
        return number;
    }

    private void control(ControlPacket kind, Consumer<ByteBuf> encoder) {
        var payload = Unpooled.buffer();
        encoder.accept(payload);
        target.control(kind, takeNumber(), payload);
    }

    private ReplyStatus status(GatewayError error) {
        return new ReplyStatus(
                session.transaction().statusFlags(),
                0,
                -1,
                0,
                0,
                error.errno(),
                error.sqlState(),
                error.message(),
                SessionChanges.NONE);
    }

    /** Ends the reply by an error that the client can still read, behind the rows that it has. */
    private void fail(GatewayError error) {
        work.drop();
        session.figures().rowCount(-1);
        control(
                ControlPacket.ERR,
                out -> new Err(error.errno(), error.sqlState(), error.message()).encode(out, capabilities));
        target.completed(status(error));
    }

    /** The flow control that the target sees, whichever shard is being read. */
    private static final class Flow implements ReplyTarget.Relay {
        private ReplyTarget.Relay current;
        private boolean reading = true;

        @Override
        public void reading(boolean wanted) {
            reading = wanted;
            current.reading(wanted);
        }

        void current(ReplyTarget.Relay relay) {
            current = relay;
            if (!reading) {
                relay.reading(false);
            }
        }
    }

    /** One shard's reply. */
    private final class Part implements ReplyTarget {
        private RowStream stream;
        private GatewayError fault;
        private boolean compared;

        @Override
        public void begin(CapabilityFlags shardCapabilities, Relay relay) {
            flow.current(relay);
            if (!began) {
                began = true;
                capabilities = shardCapabilities;
                target.begin(shardCapabilities, flow);
            } else if (!capabilities.equals(shardCapabilities)) {
                fault = disagreement("the protocol's capabilities");
            }
        }

        @Override
        public void forward(ByteBuf packets) {
            if (fault != null) {
                packets.release();
                return;
            }
            stream.take(packets);
            if (stream.isOverfull()) {
                fault = disagreement("column definitions of more than " + RowStream.MAX_DEFINITION_BYTES + " bytes");
            } else if (packets.isReadable() && done > 0) {
                compare();
            }
            if (fault == null && packets.isReadable()) {
                target.forward(packets);
            } else {
                packets.release();
            }
        }

        @Override
        public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
            if (fault != null) {
                return;
            }
            switch (kind) {
                case COLUMN_COUNT -> {
                    if (done == 0) {
                        nextNumber = sequenceId;
                        target.control(kind, takeNumber(), payload);
                    }
                    int count = (int) LengthEncodedInteger.get(payload, payload.readerIndex());
                    stream = new RowStream(count, done == 0, Concatenation.this::takeNumber);
                }
                case COLUMNS_EOF -> {
                    if (done == 0) {
                        target.control(kind, takeNumber(), payload);
                    }
                }
                case OK, EOF -> end(kind, payload);
                case ERR -> {
                    if (done == 0 && stream == null) {
                        target.control(kind, sequenceId, payload);
                    } else {
                        target.control(kind, takeNumber(), payload);
                    }
                }
                default -> {
                    // Reports of progress would be of one shard only.
                }
            }
        }

        /** The definitions of this shard are complete; they have to say what the first shard's said. */
        private void compare() {
            if (stream != null && !compared) {
                compared = true;
                var own = ResultColumns.read(stream.definitions(), capabilities);
                if (columns == null) {
                    columns = own;
                } else if (!columns.equals(own)) {
                    fault = disagreement("the result's columns: " + own + " and not " + columns);
                }
            }
        }

        private void end(ControlPacket kind, ByteBuf payload) {
            compare();
            if (fault != null) {
                return;
            }
            if (kind == ControlPacket.OK) {
                var ok = Ok.decode(payload.duplicate(), capabilities);
                warnings = Math.min(MOST_WARNINGS, warnings + ok.warnings());
                if (isLast()) {
                    Concatenation.this.control(
                            kind,
                            out -> Ok.endOfRows(ok.statusFlags(), warnings).encode(out, capabilities));
                }
            } else {
                var eof = Eof.decode(payload.duplicate(), capabilities);
                warnings = Math.min(MOST_WARNINGS, warnings + eof.warnings());
                if (isLast()) {
                    Concatenation.this.control(
                            kind, out -> new Eof(warnings, eof.statusFlags()).encode(out, capabilities));
                }
            }
        }

        @Override
        public void completed(ReplyStatus status) {
            release();
            if (fault != null) {
                fail(fault);
            } else if (status.isError()) {
                work.drop();
                session.figures().rowCount(-1);
                target.completed(status);
            } else {
                rows += Math.max(0, status.rows());
                if (isLast()) {
                    work.drop();
                    session.figures().rowCount(-1);
                    session.figures().foundRows(rows);
                    target.completed(new ReplyStatus(
                            status.statusFlags(), warnings, rows, 0, 0, 0, null, null, SessionChanges.NONE));
                } else if (session.activity().isCancelled()) {
                    // It came too late for this shard, whose part was done.
                    fail(GatewayError.interrupted());
                } else {
                    done++;
                    next();
                }
            }
        }

        private void release() {
            if (stream != null) {
                stream.release();
            }
        }

        private GatewayError disagreement(String what) {
            return new GatewayError(
                    1105,
                    "HY000",
                    "Shard " + plan.shards().get(done) + " differs from "
                            + plan.shards().get(0) + " in " + what,
                    ErrorClass.INTERNAL,
                    Outcome.EXECUTED);
        }

        @Override
        public void ok(LocalOk ok) {
            throw new IllegalStateException("a shard's reply is never the gateway's own");
        }

        @Override
        public void rows(LocalRows local) {
            throw new IllegalStateException("a shard's reply is never the gateway's own");
        }

        @Override
        public void failed(GatewayError error) {
            boolean readable = stream == null || stream.isBetweenPackets();
            release();
            if (began && readable) {
                fail(error);
            } else {
                work.drop();
                target.failed(error);
            }
        }
    }
}
