// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.client.AuthResponse;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.ClientMessage;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.client.StmtPrepare;
import com.workersql.protocol.message.client.StmtSendLongData;
import com.workersql.protocol.message.client.Unknown;
import com.workersql.protocol.message.server.AuthMoreData;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.LocalInfileRequest;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ServerMessage;
import com.workersql.protocol.message.server.StmtPrepareOk;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs every vector of {@code messages.vectors} through decode and encode. */
class MessageVectorsTest {

    record Vector(String name, String message, CapabilityFlags capabilities, String payload, String fields) {
        byte[] bytes() {
            return ByteBufUtil.decodeHexDump(payload);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static List<Vector> vectors() throws IOException {
        List<Vector> vectors = new ArrayList<>();
        try (InputStream in = MessageVectorsTest.class.getResourceAsStream("messages.vectors")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (String block : text.split("\n\n", -1)) {
                Map<String, String> values = new HashMap<>();
                for (String line : block.lines().toList()) {
                    int colon = line.indexOf(": ");
                    if (!line.startsWith("#") && colon > 0) {
                        values.put(line.substring(0, colon), line.substring(colon + 2));
                    }
                }
                if (!values.isEmpty()) {
                    vectors.add(new Vector(
                            values.get("name"),
                            values.get("message"),
                            new CapabilityFlags(Long.parseUnsignedLong(values.get("capabilities"), 16)),
                            values.get("payload"),
                            values.get("fields")));
                }
            }
        }
        return vectors;
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void decodesToItsFieldsAndEncodesToItsBytes(Vector vector) {
        Object message = decode(vector, Unpooled.wrappedBuffer(vector.bytes()));
        ByteBuf out = Unpooled.buffer();
        encode(message, out, vector.capabilities);

        assertThat(describe(message)).isEqualTo(vector.fields);
        assertThat(ByteBufUtil.hexDump(out)).isEqualTo(vector.payload);
    }

    /** T33, P2: what is cut off is a message or a ProtocolException, nothing else. */
    @ParameterizedTest
    @MethodSource("vectors")
    void givesAMessageOrAProtocolExceptionAtEveryPrefix(Vector vector) {
        byte[] bytes = vector.bytes();
        for (int length = 0; length < bytes.length; length++) {
            decodeOrRefuse(vector, Unpooled.wrappedBuffer(bytes, 0, length));
        }
    }

    /** P2, P4: so is what has a wrong byte anywhere, or any length inside it changed. */
    @ParameterizedTest
    @MethodSource("vectors")
    void givesAMessageOrAProtocolExceptionForEveryChangedByte(Vector vector) {
        Random random = new Random(7);
        byte[] bytes = vector.bytes();
        for (int index = 0; index < bytes.length; index++) {
            for (int value : new int[] {0, 0x7F, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF, random.nextInt(256)}) {
                byte[] changed = bytes.clone();
                changed[index] = (byte) value;
                decodeOrRefuse(vector, Unpooled.wrappedBuffer(changed));
            }
        }
    }

    private static void decodeOrRefuse(Vector vector, ByteBuf payload) {
        try {
            assertThat(decode(vector, payload)).isNotNull();
        } catch (ProtocolException expected) {
            assertThat(expected.errno()).isPositive();
        }
    }

    private static Object decode(Vector vector, ByteBuf payload) {
        CapabilityFlags capabilities = vector.capabilities;
        return switch (vector.message) {
            case "HandshakeV10" -> HandshakeV10.decode(payload);
            case "Ok" -> Ok.decode(payload, capabilities);
            case "Err" -> Err.decode(payload, capabilities);
            case "Eof" -> Eof.decode(payload, capabilities);
            case "AuthMoreData" -> AuthMoreData.decode(payload, capabilities);
            case "AuthSwitchRequest" -> AuthSwitchRequest.decode(payload, capabilities);
            case "StmtPrepareOk" -> StmtPrepareOk.decode(payload, capabilities);
            case "LocalInfileRequest" -> LocalInfileRequest.decode(payload, capabilities);
            case "HandshakeResponse41" -> HandshakeResponse41.decode(payload);
            case "SslRequest" -> SslRequest.decode(payload);
            case "AuthResponse" -> AuthResponse.decode(payload, capabilities);
            case "ClientCommand" -> ClientCommand.decode(payload, capabilities);
            default -> throw new AssertionError("no such message: " + vector.message);
        };
    }

    private static void encode(Object message, ByteBuf out, CapabilityFlags capabilities) {
        if (message instanceof ServerMessage server) {
            server.encode(out, capabilities);
        } else {
            ((ClientMessage) message).encode(out, capabilities);
        }
    }

    /** Records print a buffer's address; here it is the buffer's bytes. */
    private static String describe(Object message) {
        String text = message.toString();
        ByteBuf buffer = null;
        if (message instanceof Query query) {
            buffer = query.sql();
        } else if (message instanceof StmtPrepare prepare) {
            buffer = prepare.sql();
        } else if (message instanceof StmtSendLongData longData) {
            buffer = longData.data();
        } else if (message instanceof Unknown unknown) {
            buffer = unknown.body();
        }
        return buffer == null
                ? text
                : text.replace(buffer.toString(), "'" + buffer.toString(StandardCharsets.ISO_8859_1) + "'");
    }
}
