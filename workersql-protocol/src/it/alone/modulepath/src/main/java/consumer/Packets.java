// SPDX-License-Identifier: Apache-2.0
package consumer;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.server.Err;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

final class Packets {
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41);

    private Packets() {}

    static Err throughTheWire(Err error) {
        ByteBuf wire = ByteBufAllocator.DEFAULT.buffer();
        try (var decoder =
                new PacketDecoder(ByteBufAllocator.DEFAULT, 1 << 20, SequenceMode.RESTART, Reservation.UNLIMITED)) {
            int header = PacketEncoder.start(wire);
            error.encode(wire, CAPABILITIES);
            PacketEncoder.finish(wire, header, 0);
            ByteBuf payload = decoder.decode(wire);
            try {
                return Err.decode(payload, CAPABILITIES);
            } finally {
                payload.release();
            }
        } finally {
            wire.release();
        }
    }
}
