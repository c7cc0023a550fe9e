// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/** Both sides of the connection phase talk to each other without I/O; what they say is written down. */
final class HandshakeTalk {
    final List<String> conversation = new ArrayList<>();
    ClientHandshake client;
    ServerHandshake server;

    private ByteBuf tap = Unpooled.buffer();

    /** All that the client has sent in clear. */
    byte[] sentByClient() {
        return ByteBufUtil.getBytes(tap);
    }

    /** Lets both talk until the server has decided or closed. */
    ServerHandshake.Step talk(
            ServerHandshakeConfig serverConfig, ClientHandshakeConfig clientConfig, CredentialStore store) {
        client = new ClientHandshake(clientConfig);
        server = new ServerHandshake(serverConfig, store, 7, "127.0.0.1");
        conversation.clear();
        tap = Unpooled.buffer();
        ByteBuf toClient = Unpooled.buffer();
        server.greet(toClient);
        return talk(toClient);
    }

    /** Goes on with COM_CHANGE_USER on the connection that was made last. */
    ServerHandshake.Step changeUser(
            ServerHandshakeConfig serverConfig, ClientHandshakeConfig clientConfig, CredentialStore store) {
        ServerSession session = client.session();
        client = ClientHandshake.forChangeUser(clientConfig, session);
        server = ServerHandshake.forChangeUser(serverConfig, store, server.client());
        conversation.clear();
        ByteBuf command = Unpooled.buffer();
        client.changeUser(command);
        conversation.add("C0:" + (command.readableBytes() - 4));
        ByteBuf toClient = Unpooled.buffer();
        ServerHandshake.Step step = server.changeUser(
                (ChangeUser) ClientCommand.decode(command.skipBytes(4), session.capabilities()), 0, toClient);
        return step == ServerHandshake.Step.READ ? talk(toClient) : step;
    }

    /** The ERR with which the server refuses. */
    Err refusal(ServerHandshakeConfig serverConfig, ClientHandshakeConfig clientConfig, CredentialStore store) {
        try {
            talk(serverConfig, clientConfig, store);
        } catch (ServerErrorException e) {
            return e.err();
        }
        throw new AssertionError("the client was let in");
    }

    private ServerHandshake.Step talk(ByteBuf greeting) {
        ByteBuf toClient = greeting;
        ServerHandshake.Step step = ServerHandshake.Step.READ;
        while (step == ServerHandshake.Step.READ) {
            ByteBuf toServer = Unpooled.buffer();
            client(toClient, toServer);
            tap.writeBytes(toServer, 0, toServer.writerIndex());
            toClient = Unpooled.buffer();
            step = server(toServer, toClient);
        }
        if (step == ServerHandshake.Step.DECIDE) {
            server.accept(Ok.of(2), toClient);
        }
        client(toClient, Unpooled.buffer());
        return step;
    }

    private void client(ByteBuf in, ByteBuf out) {
        try (PacketDecoder decoder = decoder()) {
            while (in.isReadable()) {
                decoder.expectSequenceId(client.expectedSequenceId());
                ByteBuf payload = decoder.decode(in);
                conversation.add("S" + decoder.sequenceId() + ":" + summary(payload));
                try {
                    switch (client.receive(payload, decoder.sequenceId(), out)) {
                        case START_TLS -> client.tlsStarted(out);
                        case COMPUTE -> {
                            client.computation().run();
                            client.computed(out);
                        }
                        case READ, DONE -> {}
                    }
                } finally {
                    payload.release();
                }
            }
        }
    }

    private ServerHandshake.Step server(ByteBuf in, ByteBuf out) {
        ServerHandshake.Step step = ServerHandshake.Step.READ;
        try (PacketDecoder decoder = decoder()) {
            while (in.isReadable()) {
                decoder.expectSequenceId(server.expectedSequenceId());
                ByteBuf payload = decoder.decode(in);
                conversation.add("C" + decoder.sequenceId() + ":" + payload.readableBytes());
                step = server.receive(payload, decoder.sequenceId(), out);
                payload.release();
                if (step == ServerHandshake.Step.START_TLS) {
                    server.tlsStarted();
                    step = ServerHandshake.Step.READ;
                }
                if (step == ServerHandshake.Step.VERIFY) {
                    server.verification().run();
                    step = server.verified(out);
                }
            }
        }
        return step;
    }

    private static PacketDecoder decoder() {
        return new PacketDecoder(
                UnpooledByteBufAllocator.DEFAULT, 1 << 16, SequenceMode.CONTINUE, Reservation.UNLIMITED);
    }

    private static String summary(ByteBuf payload) {
        int length = payload.readableBytes();
        int first = payload.getUnsignedByte(payload.readerIndex());
        return switch (first) {
            case 0x0A -> "greeting";
            case 0xFE -> "switch";
            case 0x02 -> "next";
            case 0x01 -> length == 2 ? "more " + payload.getByte(payload.readerIndex() + 1) : "key";
            case 0x00 -> "ok";
            case 0xFF -> "err";
            default -> ByteBufUtil.hexDump(payload);
        };
    }
}
