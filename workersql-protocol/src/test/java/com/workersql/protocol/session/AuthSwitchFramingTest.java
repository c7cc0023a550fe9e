// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthSwitchFramingTest {
    @ParameterizedTest
    @CsvSource({"mysql_native_password, 20", "caching_sha2_password, 32"})
    void t41TheAnswerToASwitchIsAWholePacketAndTheBufferIsTheCallers(String plugin, int proofBytes) {
        byte[] random = new byte[20];
        Arrays.fill(random, (byte) 65);
        Bytes salt = Bytes.of(random);
        CapabilityFlags capabilities = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
                | CapabilityFlags.CLIENT_SECURE_CONNECTION
                | CapabilityFlags.CLIENT_PLUGIN_AUTH);
        ClientHandshake client = new ClientHandshake(ClientHandshakeConfig.builder("demo")
                .password(new byte[] {'p'})
                .tls(TlsMode.DISABLED)
                .build());
        ByteBuf greeting = Unpooled.buffer();
        new HandshakeV10("8.0.0", 1, salt, capabilities, 45, 2, "caching_sha2_password").encode(greeting, capabilities);
        ByteBuf out = Unpooled.buffer();
        client.receive(greeting, 0, out);
        ByteBuf request = Unpooled.buffer();
        new AuthSwitchRequest(plugin, salt).encode(request, capabilities);
        out.clear();
        client.receive(request, 2, out);
        assertThat(out.getUnsignedMediumLE(0)).isEqualTo(proofBytes);
        assertThat(out.getByte(3)).isEqualTo((byte) 3);
        assertThat(out.readableBytes()).isEqualTo(4 + proofBytes);
        assertThat(out.refCnt()).isEqualTo(1);
        assertThat(request.refCnt()).isEqualTo(1);
    }
}
