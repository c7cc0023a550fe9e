// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplySink;
import com.workersql.protocol.session.ResponseScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class UsesProtocolTest {
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41);

    @Test
    void findsTheEndOfAReply() {
        ByteBuf reply = Unpooled.buffer();
        int header = PacketEncoder.start(reply);
        new Err(1213, "40001", "Deadlock found").encode(reply, CAPABILITIES);
        PacketEncoder.finish(reply, header, 1);
        var scanner = new ResponseScanner();
        scanner.begin(ReplyKind.QUERY, CAPABILITIES);

        scanner.scan(reply, new ReplySink() {
            @Override
            public void forward(ByteBuf in, int index, int length) {}

            @Override
            public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
                assertEquals(ControlPacket.ERR, kind);
            }
        });

        assertFalse(ResponseScanner.class.getModule().isNamed());
        assertTrue(scanner.isDone());
        assertEquals(1213, scanner.errno());
        reply.release();
    }

    @Test
    void bringsNoHttp() {
        assertThrows(ClassNotFoundException.class, () -> Class.forName("io.netty.handler.codec.http.HttpObject"));
    }
}
