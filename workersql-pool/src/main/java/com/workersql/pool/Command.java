// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.SessionTrack;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ResponseScanner;
import io.netty.buffer.ByteBuf;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A command whose reply is due, and what the reply said so far. Confined to the channel's event loop; what it tells its listener
 * goes to the borrower's.
 */
final class Command {
    final ReplyKind kind;
    final long startNanos;
    /** The borrower; null when the pool itself wants to know. */
    final Lease lease;

    private final ReplyListener listener;

    final boolean answersFileRequests;

    /** The kernel may have taken all of its bytes. */
    boolean sent;
    /** A byte of its reply was given to the listener. */
    boolean replied;

    private int errno;
    private String sqlState;
    private String message;

    /** Its listener has thrown: it hears how the command ends and nothing more. Confined to the borrower's event loop. */
    private boolean deaf;

    private boolean tracked;
    private String schema;
    private Map<String, String> variables = Map.of();
    private boolean stateChanged;
    private String transactionState;
    private String transactionCharacteristics;
    private String gtids;

    Command(ReplyKind kind, ReplyListener listener, Lease lease, long startNanos) {
        this.kind = kind;
        this.listener = listener;
        this.answersFileRequests = listener.answersFileRequests();
        this.lease = lease;
        this.startNanos = startNanos;
    }

    /** Notes what an OK says; the payload is left as it was. */
    void readOk(ByteBuf payload, CapabilityFlags capabilities) {
        int start = payload.readerIndex();
        var ok = Ok.decode(payload, capabilities);
        payload.readerIndex(start);
        message = ok.info().isEmpty() ? null : ok.info();
        track(ok.changes());
    }

    /** Notes what an ERR says; the payload is left as it was. */
    void readErr(ByteBuf payload, CapabilityFlags capabilities) {
        int start = payload.readerIndex();
        var err = Err.decode(payload, capabilities);
        payload.readerIndex(start);
        errno = err.errno();
        sqlState = err.sqlState() == null ? "HY000" : err.sqlState();
        message = err.message();
    }

    /** How the reply has ended, whose end the scanner has just found. */
    ReplyStatus status(ResponseScanner scanner, int statusFlags) {
        boolean failed = errno != 0;
        return new ReplyStatus(
                statusFlags,
                failed ? 0 : scanner.warnings(),
                scanner.rows(),
                failed ? 0 : scanner.affectedRows(),
                failed ? 0 : scanner.lastInsertId(),
                errno,
                sqlState,
                message,
                changes());
    }

    private void track(List<SessionTrack> changes) {
        for (var change : changes) {
            if (change instanceof SessionTrack.SystemVariable variable
                    && variable.name().equals(StatementIdReport.NAME)) {
                continue;
            }
            tracked = true;
            if (change instanceof SessionTrack.SystemVariable variable) {
                if (variables.isEmpty()) {
                    variables = new LinkedHashMap<>();
                }
                variables.put(variable.name(), variable.value());
            } else if (change instanceof SessionTrack.Schema current) {
                schema = current.name();
            } else if (change instanceof SessionTrack.StateChange state) {
                stateChanged |= state.changed();
            } else if (change instanceof SessionTrack.TransactionState state) {
                transactionState = state.flags();
            } else if (change instanceof SessionTrack.TransactionCharacteristics characteristics) {
                transactionCharacteristics = characteristics.statements();
            } else if (change instanceof SessionTrack.Gtids executed) {
                gtids = executed.gtids();
            }
        }
    }

    private SessionChanges changes() {
        return tracked
                ? new SessionChanges(
                        schema, variables, stateChanged, transactionState, transactionCharacteristics, gtids)
                : SessionChanges.NONE;
    }

    /** Gives a slice away. */
    void forward(ByteBuf slice) {
        replied = true;
        if (hops()) {
            lease.loops().hop(() -> forwardHere(slice));
        } else {
            forwardHere(slice);
        }
    }

    private void forwardHere(ByteBuf slice) {
        if (deaf) {
            slice.release();
            return;
        }
        try {
            listener.onForward(slice);
        } catch (RuntimeException | Error e) {
            threw(e);
        }
    }

    void control(ControlPacket packet, int sequenceId, ByteBuf payload) {
        replied = true;
        if (hops()) {
            ByteBuf copy = payload.copy();
            lease.loops().hop(() -> {
                try {
                    controlHere(packet, sequenceId, copy);
                } finally {
                    copy.release();
                }
            });
        } else {
            controlHere(packet, sequenceId, payload);
        }
    }

    private void controlHere(ControlPacket packet, int sequenceId, ByteBuf payload) {
        if (deaf) {
            return;
        }
        try {
            listener.onControl(packet, sequenceId, payload);
        } catch (RuntimeException | Error e) {
            threw(e);
        }
    }

    /** Tells the borrower of a fault with its reply. */
    void fault(Throwable cause) {
        if (hops()) {
            lease.loops().hop(() -> lease.fault(cause));
        } else if (lease != null) {
            lease.fault(cause);
        }
    }

    /** What the pool's own listeners throw, the connection deals with. */
    private void threw(Throwable cause) {
        if (cause instanceof Error error && lease == null) {
            throw error;
        }
        if (cause instanceof RuntimeException fault && lease == null) {
            throw fault;
        }
        deaf = true;
        lease.fault(cause);
    }

    void complete(ReplyStatus status) {
        if (hops()) {
            lease.loops().hop(() -> completeHere(status));
        } else {
            completeHere(status);
        }
    }

    void breakOff(BrokenConnectionException cause) {
        if (hops()) {
            lease.loops().hop(() -> breakOffHere(cause));
        } else {
            breakOffHere(cause);
        }
    }

    BrokenConnectionException.Phase phase() {
        if (replied) {
            return BrokenConnectionException.Phase.ROWS_STREAMED;
        }
        return sent ? BrokenConnectionException.Phase.SENT : BrokenConnectionException.Phase.NOT_SENT;
    }

    private boolean hops() {
        return lease != null && lease.loops().hops();
    }

    private void completeHere(ReplyStatus status) {
        if (lease != null) {
            lease.commandEnded(status);
        }
        try {
            if (deaf) {
                listener.onBroken(lease.brokenByFault());
            } else {
                listener.onComplete(status);
            }
        } catch (RuntimeException | Error e) {
            threw(e);
        }
    }

    private void breakOffHere(BrokenConnectionException cause) {
        if (lease != null) {
            lease.commandBroken();
        }
        try {
            listener.onBroken(cause);
        } catch (RuntimeException | Error e) {
            threw(e);
        }
    }
}
