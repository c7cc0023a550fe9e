// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.AuthMoreData;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplySink;
import com.workersql.protocol.session.ResponseScanner;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Reads a dialogue, or goes on with one behind a turn, with the decoders of both sides, in pieces as they are given, and says what was
 * understood.
 */
final class Replay implements ReplySink, AutoCloseable {
    enum Phase {
        GREETING,
        AUTHENTICATION,
        COMMANDS,
        OPAQUE
    }

    /** All that a dialogue behind one of its turns depends on. */
    record State(Phase phase, CapabilityFlags capabilities, boolean isAnswered, List<ReplyKind> replies) {
        static final State BEGINNING = new State(Phase.GREETING, new CapabilityFlags(0), false, List.of());
    }

    private record Command(String name, int bytes) {}

    private record Reply(long rows, int errno) {}

    private record Control(ControlPacket kind, int sequenceId, Bytes payload) {}

    /** Its buffers are counted: watching each for leaks, as the default one's are in tests, takes most of the time of a replay. */
    private static final UnpooledByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(false, true);

    private static final int MAX_BYTES = 1 << 24;

    private final PacketDecoder client = decoder();
    private final PacketDecoder server = decoder();
    private final ResponseScanner scanner = new ResponseScanner();
    private final Deque<ReplyKind> replies;
    private final List<Object> understood = new ArrayList<>();
    private Phase phase;
    private CapabilityFlags capabilities;
    private boolean isScanning;
    private boolean isAnswered;

    Replay(State from) {
        phase = from.phase;
        capabilities = from.capabilities;
        isAnswered = from.isAnswered;
        replies = new ArrayDeque<>(from.replies);
    }

    private static PacketDecoder decoder() {
        return new PacketDecoder(ALLOCATOR, MAX_BYTES, SequenceMode.UNCHECKED, Reservation.UNLIMITED);
    }

    List<Object> understood() {
        return understood;
    }

    /** What another replay can go on from; null within a packet or a reply. */
    State state() {
        boolean isBetween = !isScanning && client.isAtPacketBoundary() && server.isAtPacketBoundary();
        return isBetween ? new State(phase, capabilities, isAnswered, List.copyOf(replies)) : null;
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
            understood.add(phase == Phase.GREETING ? greeting(payload) : authentication(payload));
        } else if (phase == Phase.COMMANDS) {
            command(payload);
        } else if (!isAnswered) {
            response(payload);
        } else {
            understood.add(new Command("authentication", payload.readableBytes()));
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
            understood.add(SslRequest.decode(payload));
            phase = Phase.OPAQUE;
            return;
        }
        HandshakeResponse41 response = HandshakeResponse41.decode(payload);
        capabilities = capabilities.and(response.capabilities());
        isAnswered = true;
        understood.add(response);
    }

    private Object authentication(ByteBuf payload) {
        return switch (payload.getUnsignedByte(payload.readerIndex())) {
            case Ok.HEADER -> {
                phase = Phase.COMMANDS;
                yield Ok.decode(payload, capabilities);
            }
            case 0xFE -> AuthSwitchRequest.decode(payload, capabilities);
            case 1 -> AuthMoreData.decode(payload, capabilities);
            case Err.HEADER -> {
                phase = Phase.OPAQUE;
                yield Err.decode(payload, capabilities);
            }
            // As MariaDB sends it where its first byte is none of the others'.
            default -> new AuthMoreData(Bytes.of(ByteBufUtil.getBytes(payload)));
        };
    }

    private void command(ByteBuf payload) {
        ClientCommand command = ClientCommand.decode(payload.duplicate(), capabilities);
        ByteBuf encoded = Unpooled.buffer();
        command.encode(encoded, capabilities);
        assertThat(ByteBufUtil.equals(encoded, payload))
                .as(() -> ByteBufUtil.hexDump(encoded) + " for " + ByteBufUtil.hexDump(payload))
                .isTrue();
        understood.add(new Command(command.getClass().getSimpleName(), payload.readableBytes()));
        ReplyKind kind = ReplyKind.of(command);
        if (kind != ReplyKind.NONE) {
            replies.add(kind);
        }
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
            understood.add(new Reply(scanner.rows(), scanner.errno()));
        }
    }

    @Override
    public void forward(ByteBuf in, int index, int length) {}

    @Override
    public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
        understood.add(new Control(kind, sequenceId, Bytes.of(ByteBufUtil.getBytes(payload))));
    }

    /** Bytes of all replays that nobody has released. */
    static long heldBytes() {
        return ALLOCATOR.metric().usedHeapMemory() + ALLOCATOR.metric().usedDirectMemory();
    }

    @Override
    public void close() {
        client.close();
        server.close();
    }
}
