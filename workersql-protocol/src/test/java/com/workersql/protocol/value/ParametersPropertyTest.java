// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.QueryAttribute;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Parameters of executions are read as they were written, with and without attributes, and so when they are written anew. */
class ParametersPropertyTest {
    private static final CapabilityFlags ATTRIBUTES = new CapabilityFlags(CapabilityFlags.CLIENT_QUERY_ATTRIBUTES);

    @Property
    void parametersAreReadAsTheyWereWritten(
            @ForAll("parameters") List<Object> parameters,
            @ForAll("attributes") List<QueryAttribute> attributes,
            @ForAll boolean attributed) {
        CapabilityFlags capabilities = attributed ? ATTRIBUTES : CapabilityFlags.NONE;
        ByteBuf payload = write(parameters, attributes, capabilities);
        StmtExecute execute = (StmtExecute) ClientCommand.decode(payload.duplicate(), capabilities);
        ParameterReader reader =
                new ParameterReader().wrap(execute, capabilities, parameters.size(), ParameterTypes.NONE, null);

        assertThat(reader.attributes()).isEqualTo(attributed ? attributes : List.of());
        for (int i = 0; i < parameters.size(); i++) {
            assertThat(read(reader, i, parameters.get(i))).as("parameter %d", i).isEqualTo(parameters.get(i));
        }

        ByteBuf anew = Unpooled.buffer();
        new ParameterWriter().rewrite(anew, 7, execute, reader, capabilities, null);
        assertThat(ByteBufUtil.hexDump(anew)).isEqualTo(ByteBufUtil.hexDump(payload));
    }

    private static ByteBuf write(
            List<Object> parameters, List<QueryAttribute> attributes, CapabilityFlags capabilities) {
        ByteBuf out = Unpooled.buffer();
        ParameterWriter writer = new ParameterWriter().begin(out, 7, 0, parameters.size(), attributes, capabilities);
        for (Object parameter : parameters) {
            if (parameter == NULL) {
                writer.addNull();
            } else if (parameter instanceof Long number) {
                writer.addLong(number);
            } else if (parameter instanceof Double number) {
                writer.addDouble(number);
            } else if (parameter instanceof String text) {
                writer.addText(text);
            } else {
                writer.addBytes((byte[]) parameter);
            }
        }
        writer.end();
        return out;
    }

    private static Object read(ParameterReader reader, int i, Object like) {
        if (reader.isNull(i)) {
            return NULL;
        } else if (like instanceof Long) {
            return reader.getLong(i);
        } else if (like instanceof Double) {
            return reader.getDouble(i);
        } else if (like instanceof String) {
            return reader.getText(i);
        }
        return ByteBufUtil.getBytes(reader.getBytes(i));
    }

    private static final Object NULL = new Object();

    /**
     * Contents are made of random numbers, and of no more than these: an arbitrary for each of their bytes would take most of the time, to
     * make a failure shorter that is told by its parameter.
     */
    @Provide
    Arbitrary<List<Object>> parameters() {
        return Arbitraries.<Object>oneOf(
                        Arbitraries.just(NULL),
                        Arbitraries.longs().asGeneric(),
                        Arbitraries.doubles().asGeneric(),
                        Arbitraries.randomValue(random -> text(random, length(random), 0x800))
                                .asGeneric(),
                        Arbitraries.randomValue(random -> bytes(random, length(random)))
                                .asGeneric())
                .list()
                .ofMaxSize(20);
    }

    @Provide
    Arbitrary<List<QueryAttribute>> attributes() {
        Arbitrary<String> names = Arbitraries.randomValue(random -> text(random, random.nextInt(21), 0x80));
        return names.map(name -> new QueryAttribute(
                        name, 253, name.isEmpty() ? null : Bytes.of(new byte[] {2, (byte) name.charAt(0), 'x'})))
                .list()
                .ofMaxSize(10);
    }

    /** None, a few, as many as one byte of length just tells or just does not, or any up to 300. */
    private static int length(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(3);
            case 1 -> 248 + random.nextInt(6);
            default -> random.nextInt(301);
        };
    }

    private static String text(Random random, int length, int bound) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(random.nextInt(4) == 0 ? bound : 0x80));
        }
        return text.toString();
    }

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
