// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.OkRewriter;
import com.workersql.protocol.session.SessionTrackFilter;
import com.workersql.protocol.vectors.MessageCodec;
import com.workersql.protocol.vectors.Vector;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.stream.Stream;

/** The messages of a server: OK with changes of the session, ERR, EOF, definitions, the handshake's and all others. */
final class ServerMessagesTarget implements FuzzTarget {
    @Override
    public void decode(ByteBuf in, ByteBufAllocator allocator) {
        String message = MessageCodec.SERVER.get(Choices.upTo(MessageCodec.SERVER.size(), in));
        CapabilityFlags capabilities = Choices.capabilities(in);
        CapabilityFlags client = Choices.capabilities(in);
        ByteBuf payload = in.slice();
        Object decoded = StableMessage.check(message, in, capabilities, allocator);
        if (decoded instanceof Ok ok) {
            rewrite(ok, payload, capabilities, client, allocator);
        }
    }

    private static void rewrite(
            Ok ok, ByteBuf payload, CapabilityFlags server, CapabilityFlags client, ByteBufAllocator allocator) {
        ByteBuf out = allocator.buffer();
        try {
            new OkRewriter(server, client, SessionTrackFilter.ALL, 0, 0).rewrite(payload, out);
            Ok rewritten = Ok.decode(out, client);
            assertThat(rewritten.affectedRows()).isEqualTo(ok.affectedRows());
            assertThat(rewritten.warnings()).isEqualTo(ok.warnings());
            boolean both = server.and(client).has(CapabilityFlags.CLIENT_SESSION_TRACK);
            assertThat(rewritten.changes()).isEqualTo(both ? ok.changes() : List.of());
        } finally {
            out.release();
        }
    }

    @Override
    public Stream<byte[]> seeds() {
        return Vector.load("messages.vectors").stream()
                .filter(vector -> vector.direction().equals("server"))
                .map(vector -> Choices.seed(
                        vector.bytes(),
                        MessageCodec.SERVER.indexOf(vector.message()),
                        Choices.byteFor(vector.capabilities()),
                        7));
    }
}
