// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.StmtBulkExecute;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.value.BulkRowReader;
import com.workersql.protocol.value.ParameterReader;
import com.workersql.protocol.value.ParameterTypes;
import com.workersql.protocol.value.ParameterWriter;
import com.workersql.protocol.vectors.MessageCodec;
import com.workersql.protocol.vectors.Vector;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.BitSet;
import java.util.stream.Stream;

/** The messages of a client: all commands, with the parameters of executions read, and those of the handshake. */
final class ClientMessagesTarget implements FuzzTarget {
    private static final int MAX_PARAMETERS = 10;

    @Override
    public void decode(ByteBuf in, ByteBufAllocator allocator) {
        String message = MessageCodec.CLIENT.get(Choices.upTo(MessageCodec.CLIENT.size(), in));
        CapabilityFlags capabilities = Choices.capabilities(in);
        int parameters = Choices.upTo(MAX_PARAMETERS, in);
        Object decoded = StableMessage.check(message, in, capabilities, allocator);
        if (decoded instanceof StmtExecute execute) {
            readParameters(execute, capabilities, parameters, allocator);
        } else if (decoded instanceof StmtBulkExecute bulk && parameters > 0) {
            BulkRowReader reader = new BulkRowReader().wrap(bulk, parameters, ParameterTypes.NONE);
            while (reader.next()) {
                for (int i = 0; i < parameters; i++) {
                    if (reader.indicator(i) == StmtBulkExecute.INDICATOR_VALUE) {
                        EveryGetter.call(reader, i);
                    }
                }
            }
        }
    }

    private static void readParameters(
            StmtExecute execute, CapabilityFlags capabilities, int count, ByteBufAllocator allocator) {
        ParameterReader reader =
                new ParameterReader().wrap(execute, capabilities, count, ParameterTypes.NONE, new BitSet());
        ByteBuf out = allocator.buffer();
        try {
            new ParameterWriter().rewrite(out, 7, execute, reader, capabilities, null);
            StmtExecute rewritten = (StmtExecute) ClientCommand.decode(out, capabilities);
            ParameterReader again =
                    new ParameterReader().wrap(rewritten, capabilities, count, ParameterTypes.NONE, new BitSet());
            assertThat(again.attributes()).isEqualTo(reader.attributes());
            for (int i = 0; i < count; i++) {
                assertThat(again.isNull(i)).isEqualTo(reader.isNull(i));
                if (!reader.isNull(i)) {
                    assertThat(again.getBytes(i)).isEqualTo(reader.getBytes(i));
                    EveryGetter.call(reader, i);
                }
            }
        } finally {
            out.release();
        }
    }

    @Override
    public Stream<byte[]> seeds() {
        return Vector.load("messages.vectors").stream()
                .filter(vector -> vector.direction().equals("client"))
                .map(vector -> Choices.seed(
                        vector.bytes(),
                        MessageCodec.CLIENT.indexOf(vector.message()),
                        Choices.byteFor(vector.capabilities()),
                        vector.hex().startsWith("17ff") || vector.hex().startsWith("1701") ? 1 : 4));
    }
}
