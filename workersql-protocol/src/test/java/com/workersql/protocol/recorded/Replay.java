// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.FieldList;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.message.client.Quit;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.client.Statistics;
import com.workersql.protocol.message.client.StmtClose;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.message.client.StmtFetch;
import com.workersql.protocol.message.client.StmtPrepare;
import com.workersql.protocol.message.client.StmtSendLongData;
import com.workersql.protocol.message.server.AuthMoreData;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplySink;
import com.workersql.protocol.session.ResponseScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Reads a dialogue with the decoders of both sides, in pieces as they are given, and says what was understood. */
final class Replay implements ReplySink, AutoCloseable {
    private enum Phase {
        GREETING,
        AUTHENTICATION,
        COMMANDS,
        OPAQUE
    }

    private static final int MAX_BYTES = 1 << 24;

    private final PacketDecoder client = decoder();
    private final PacketDecoder server = decoder();
    private final ResponseScanner scanner = new ResponseScanner();
    private final Deque<ReplyKind> replies = new ArrayDeque<>();
    private final List<String> understood = new ArrayList<>();
    private Phase phase = Phase.GREETING;
    private CapabilityFlags capabilities = new CapabilityFlags(0);
    private boolean isScanning;
    private boolean isAnswered;

    private static PacketDecoder decoder() {
        return new PacketDecoder(
                UnpooledByteBufAllocator.DEFAULT, MAX_BYTES, SequenceMode.UNCHECKED, Reservation.UNLIMITED);
    }

    List<String> understood() {
        return understood;
    }

    boolean isComplete() {
        return !isScanning && replies.isEmpty() && client.isAtPacketBoundary() && server.isAtPacketBoundary();
    }

    void feed(boolean fromClient, byte[] bytes, int from, int to) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes, from, to - from);
        while (in.isReadable() && phase != Phase.OPAQUE) {
            if (!fromClient && phase == Phase.COMMANDS) {
                scan(in);
                continue;
            }
            ByteBuf payload = (fromClient ? client : server).decode(in);
            if (payload != null) {
                try {
                    read(fromClient, payload);
                } finally {
                    payload.release();
                }
            }
        }
    }

    private void read(boolean fromClient, ByteBuf payload) {
        if (!fromClient) {
            understood.add("S " + (phase == Phase.GREETING ? greeting(payload) : authentication(payload)));
        } else if (phase == Phase.COMMANDS) {
            command(payload);
        } else if (!isAnswered) {
            response(payload);
        } else {
            understood.add("C " + payload.readableBytes() + " bytes of authentication");
        }
    }

    private Object greeting(ByteBuf payload) {
        HandshakeV10 greeting = HandshakeV10.decode(payload);
        capabilities = greeting.capabilities();
        phase = Phase.AUTHENTICATION;
        return greeting;
    }

    private void response(ByteBuf payload) {
        if (payload.readableBytes() == SslRequest.PAYLOAD_BYTES) {
            understood.add("C " + SslRequest.decode(payload));
            phase = Phase.OPAQUE;
            return;
        }
        HandshakeResponse41 response = HandshakeResponse41.decode(payload);
        capabilities = capabilities.and(response.capabilities());
        isAnswered = true;
        understood.add("C " + response);
    }

    private Object authentication(ByteBuf payload) {
        return switch (payload.getUnsignedByte(payload.readerIndex())) {
            case Ok.HEADER -> {
                phase = Phase.COMMANDS;
                yield Ok.decode(payload, capabilities);
            }
            case 0xFE -> AuthSwitchRequest.decode(payload, capabilities);
            case 1 -> AuthMoreData.decode(payload, capabilities);
            default -> {
                phase = Phase.OPAQUE;
                yield Err.decode(payload, capabilities);
            }
        };
    }

    private void command(ByteBuf payload) {
        ClientCommand command = ClientCommand.decode(payload.duplicate(), capabilities);
        ByteBuf encoded = Unpooled.buffer();
        command.encode(encoded, capabilities);
        assertThat(ByteBufUtil.hexDump(encoded)).isEqualTo(ByteBufUtil.hexDump(payload));
        understood.add("C " + command.getClass().getSimpleName() + " of " + payload.readableBytes() + " bytes");
        ReplyKind kind = kind(command);
        if (kind != ReplyKind.NONE) {
            replies.add(kind);
        }
    }

    private static ReplyKind kind(ClientCommand command) {
        if (command instanceof Query) {
            return ReplyKind.QUERY;
        } else if (command instanceof StmtPrepare) {
            return ReplyKind.PREPARE;
        } else if (command instanceof StmtExecute) {
            return ReplyKind.EXECUTE;
        } else if (command instanceof StmtFetch) {
            return ReplyKind.FETCH;
        } else if (command instanceof FieldList) {
            return ReplyKind.FIELD_LIST;
        } else if (command instanceof Statistics) {
            return ReplyKind.STRING;
        }
        boolean isSilent =
                command instanceof Quit || command instanceof StmtClose || command instanceof StmtSendLongData;
        return isSilent ? ReplyKind.NONE : ReplyKind.OK_ONLY;
    }

    private void scan(ByteBuf in) {
        if (!isScanning) {
            assertThat(replies).as("a reply without a command").isNotEmpty();
            scanner.begin(replies.remove(), capabilities);
            isScanning = true;
        }
        scanner.scan(in, this);
        if (scanner.isDone()) {
            isScanning = false;
            understood.add("S reply with " + scanner.rows() + " rows, error " + scanner.errno());
        }
    }

    @Override
    public void forward(ByteBuf in, int index, int length) {}

    @Override
    public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
        understood.add("S " + kind + " " + sequenceId + " " + ByteBufUtil.hexDump(payload));
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
