// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each side says of what it can, and what it makes of what the other cannot. */
class HandshakeOffersTest extends HandshakeSides {
    @Test
    void t17writesAnErrInPlaceOfTheGreetingWithoutSqlState() {
        ServerHandshake handshake = new ServerHandshake(server.build(), only(external(PASSWORD)), 1, "127.0.0.1");
        ByteBuf out = Unpooled.buffer();

        handshake.refuse(new Err(1040, "08004", "Too many connections"), out);

        assertThat(ByteBufUtil.hexDump(out)).isEqualTo("17000000" + "ff1004546f6f206d616e7920636f6e6e656374696f6e73");
    }

    /** T29: what the server cannot read is not sent. */
    @Test
    void t29sendsNothingThatTheServerHasNotOffered() {
        CapabilityFlags little =
                new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_SECURE_CONNECTION);
        ClientHandshake handshake = new ClientHandshake(
                client.attributes(Map.of("program_name", "test")).build());
        ByteBuf out = Unpooled.buffer();

        handshake.receive(greeting(little), 0, out);

        // Head, user and NUL, length and response: neither a plugin's name nor attributes.
        assertThat(out.readableBytes()).isEqualTo(4 + 32 + 5 + 1 + 20);
    }

    @Test
    void t29refusesAServerThatTakesNoSchemaWhereOneIsAskedFor() {
        CapabilityFlags little =
                new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_SECURE_CONNECTION);
        ClientHandshake handshake = new ClientHandshake(client.schema("shop").build());

        assertThatThrownBy(() -> handshake.receive(greeting(little), 0, Unpooled.buffer()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("no schema");
    }

    private static ByteBuf greeting(CapabilityFlags capabilities) {
        ByteBuf payload = Unpooled.buffer();
        new HandshakeV10(
                        "5.5.0",
                        1,
                        Bytes.of("abcdefghijklmnopqrst".getBytes(StandardCharsets.US_ASCII)),
                        capabilities,
                        33,
                        2,
                        "")
                .encode(payload, CapabilityFlags.NONE);
        return payload;
    }

    /** T32: a server without TLS does not say that it has it, whatever it was told to offer. */
    @Test
    void t32masksTheOfferOfTlsWhereThereIsNone() {
        server.capabilities(new CapabilityFlags(CapabilityFlags.CLIENT_SSL)).tls(TlsOffer.OFF);
        ByteBuf out = Unpooled.buffer();
        new ServerHandshake(server.build(), only(external(PASSWORD)), 1, "127.0.0.1").greet(out);

        assertThat(HandshakeV10.decode(out.skipBytes(4)).capabilities().has(CapabilityFlags.CLIENT_SSL))
                .isFalse();
    }

    /** The request of one byte is that for the hashes from before 4.1. */
    @ParameterizedTest
    @CsvSource({
        "fe, mysql_old_password",
        "fe61757468656e7469636174696f6e5f776562617574686e5f636c69656e7400, authentication_webauthn_client"
    })
    void refusesByNameWhatItDoesNotSpeak(String request, String plugin) {
        overTls();
        ClientHandshake handshake = greeted(TlsOffer.OFFERED);
        ByteBuf out = Unpooled.buffer();

        assertThatThrownBy(() -> handshake.receive(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(request)), 3, out))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("'" + plugin + "', supported are mysql_native_password,");
        assertThat(out.isReadable()).isFalse();
    }
}
