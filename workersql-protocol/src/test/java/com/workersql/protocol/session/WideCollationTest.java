// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T30: collations whose ids need two bytes, of which servers read one. */
class WideCollationTest {
    private static final long SERVER = CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_LONG_PASSWORD;

    @ParameterizedTest
    @CsvSource({
        "9.7.4, 45, 45,",
        "9.7.4, 255, 255,",
        "9.7.4, 310, 255, SET NAMES utf8mb4 COLLATE utf8mb4_nb_0900_ai_ci",
        "11.4.5-MariaDB, 2304, 45, SET NAMES utf8mb4 COLLATE utf8mb4_uca1400_ai_ci",
        "11.4.5-MariaDB, 2048, 33, SET NAMES utf8mb3 COLLATE utf8mb3_uca1400_ai_ci",
        "11.4.5-MariaDB, 1032, 8, SET NAMES latin1 COLLATE latin1_swedish_nopad_ci"
    })
    void t30areSetBehindAHandshakeInTheSameCharacterSet(String version, int collation, int greeted, String setNames) {
        ClientHandshake handshake = new ClientHandshake(ClientHandshakeConfig.builder("app")
                .collationId(collation)
                .tls(TlsMode.DISABLED)
                .build());
        ByteBuf out = Unpooled.buffer();
        handshake.receive(greeting(version, 0), 0, out);
        assertThat(HandshakeResponse41.decode(out.skipBytes(4)).collationId()).isEqualTo(greeted);

        ByteBuf ok = Unpooled.buffer();
        Ok.of(2).encode(ok, new CapabilityFlags(SERVER));
        assertThat(handshake.receive(ok, 2, Unpooled.buffer())).isEqualTo(ClientHandshake.Step.DONE);
        assertThat(handshake.session().setNames()).isEqualTo(setNames);
    }

    @ParameterizedTest
    @CsvSource({"9.7.4, 310, 255", "11.4.5-MariaDB, 2304, 45"})
    void t30areNotCutIntoTheRequestForTls(String version, int collation, int greeted) {
        ClientHandshake handshake = new ClientHandshake(ClientHandshakeConfig.builder("app")
                .collationId(collation)
                .tls(TlsMode.REQUIRED)
                .build());
        ByteBuf out = Unpooled.buffer();
        handshake.receive(greeting(version, CapabilityFlags.CLIENT_SSL), 0, out);
        assertThat(SslRequest.decode(out.skipBytes(4)).collationId()).isEqualTo(greeted);
    }

    @ParameterizedTest
    @CsvSource({"9.7.4, 2304", "11.4.5-MariaDB, 323", "9.7.4, 65535"})
    void t30areRefusedWhereTheServerHasNone(String version, int collation) {
        ClientHandshake handshake = new ClientHandshake(ClientHandshakeConfig.builder("app")
                .collationId(collation)
                .tls(TlsMode.DISABLED)
                .build());
        assertThatThrownBy(() -> handshake.receive(greeting(version, 0), 0, Unpooled.buffer()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("the server " + version + " has no collation " + collation);
    }

    private static ByteBuf greeting(String version, long more) {
        ByteBuf payload = Unpooled.buffer();
        new HandshakeV10(
                        version,
                        7,
                        Bytes.of("abcdefghijklmnopqrst".getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                        new CapabilityFlags(SERVER | more),
                        45,
                        2,
                        "mysql_native_password")
                .encode(payload, CapabilityFlags.NONE);
        return payload;
    }
}
