// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static com.workersql.protocol.CapabilityFlags.CLIENT_CONNECT_ATTRS;
import static com.workersql.protocol.CapabilityFlags.CLIENT_CONNECT_WITH_DB;
import static com.workersql.protocol.CapabilityFlags.CLIENT_PLUGIN_AUTH;
import static com.workersql.protocol.CapabilityFlags.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA;
import static com.workersql.protocol.CapabilityFlags.CLIENT_PROTOCOL_41;
import static com.workersql.protocol.CapabilityFlags.CLIENT_SECURE_CONNECTION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class HandshakeResponse41Test {
    private static final long BASE = CLIENT_PROTOCOL_41 | CLIENT_SECURE_CONNECTION | CLIENT_PLUGIN_AUTH;
    private static final byte[] SCRAMBLE = new byte[20];

    /** The fixed part, the user {@code u} and a scramble of 20 bytes. */
    private static ByteBuf head(long capabilities) {
        ByteBuf payload = Unpooled.buffer();
        SslRequest.write(payload, new CapabilityFlags(capabilities), 1 << 24, 45);
        ProtocolStrings.writeNulTerminated(payload, "u");
        payload.writeByte(SCRAMBLE.length).writeBytes(SCRAMBLE);
        return payload;
    }

    /** T28: Connector/J 5.1.25 to 5.1.45 send an empty schema without CLIENT_CONNECT_WITH_DB. */
    @Test
    void t28skipsTheEmptySchemaThatOldConnectorJSendsUnasked() {
        ByteBuf payload = head(BASE | CLIENT_CONNECT_ATTRS).writeByte(0);
        ProtocolStrings.writeNulTerminated(payload, "mysql_native_password");
        payload.writeBytes(new byte[] {4, 1, 'k', 1, 'v'});

        HandshakeResponse41 response = HandshakeResponse41.decode(payload);

        assertThat(response.plugin()).isEqualTo("mysql_native_password");
        assertThat(response.schema()).isNull();
        assertThat(response.attributes()).containsEntry("k", "v");
    }

    @Test
    void takesAnEmptyPluginNameInFrontOfAttributesForWhatItIs() {
        ByteBuf payload = head(BASE | CLIENT_CONNECT_ATTRS).writeByte(0).writeBytes(new byte[] {4, 1, 'k', 1, 'v'});

        HandshakeResponse41 response = HandshakeResponse41.decode(payload);

        assertThat(response.plugin()).isEmpty();
        assertThat(response.attributes()).containsEntry("k", "v");
    }

    /** T29: attributes announced but absent, or of length zero. */
    @Test
    void t29acceptsAnnouncedAttributesThatDoNotCome() {
        ByteBuf absent = head(BASE | CLIENT_CONNECT_ATTRS);
        ProtocolStrings.writeNulTerminated(absent, "p");
        ByteBuf empty = absent.copy().writeByte(0);

        assertThat(HandshakeResponse41.decode(absent).attributes()).isEmpty();
        assertThat(HandshakeResponse41.decode(empty).attributes()).isEmpty();
    }

    /** T29: lengths of attributes are length-encoded, also beyond 250 bytes. */
    @Test
    void t29readsAttributesLongerThanOneByteCanSay() {
        String value = "x".repeat(70_000);
        HandshakeResponse41 response = new HandshakeResponse41(
                new CapabilityFlags(BASE | CLIENT_CONNECT_ATTRS),
                1,
                45,
                "u",
                com.workersql.protocol.wire.Bytes.of(SCRAMBLE),
                null,
                "p",
                java.util.Map.of("k", value),
                0);
        ByteBuf payload = Unpooled.buffer();
        response.encode(payload, CapabilityFlags.NONE);

        assertThat(HandshakeResponse41.decode(payload)).isEqualTo(response);
    }

    @Test
    void refusesAttributesLongerThanThePacket() {
        ByteBuf payload = head(BASE | CLIENT_CONNECT_ATTRS);
        ProtocolStrings.writeNulTerminated(payload, "p");
        payload.writeBytes(new byte[] {9, 1, 'k', 1, 'v'});

        assertThatThrownBy(() -> HandshakeResponse41.decode(payload)).isInstanceOf(ProtocolException.class);
    }

    /** T30: the collation's high byte is in what the documentation calls filler. */
    @Test
    void t30keepsCollationIdsAbove255() {
        ByteBuf payload = head(BASE);
        payload.setShortLE(8, 305);

        assertThat(HandshakeResponse41.decode(payload).collationId()).isEqualTo(305);
    }

    @Test
    void readsMariaDbCapabilitiesOnlyWithoutLongPassword() {
        ByteBuf mariaDb = head(BASE | CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA);
        ByteBuf mySql =
                head(BASE | CapabilityFlags.CLIENT_LONG_PASSWORD | CapabilityFlags.MARIADB_CLIENT_CACHE_METADATA);

        assertThat(HandshakeResponse41.decode(mariaDb).capabilities().high()).isEqualTo(1 << 4);
        assertThat(HandshakeResponse41.decode(mySql).capabilities().high()).isZero();
    }

    /** T21: authentication data is not a string: a NUL inside of it is a byte like others. */
    @Test
    void t21keepsNulBytesOfAuthenticationData() {
        ByteBuf payload = Unpooled.buffer();
        SslRequest.write(payload, new CapabilityFlags(BASE | CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA), 1, 45);
        ProtocolStrings.writeNulTerminated(payload, "u");
        ProtocolStrings.writeLengthEncoded(payload, new byte[] {1, 0, 2, 0});
        ProtocolStrings.writeNulTerminated(payload, "p");

        assertThat(HandshakeResponse41.decode(payload).authData().toArray()).containsExactly(1, 0, 2, 0);
    }

    @Test
    void readsTheSchemaWhereItIsAnnounced() {
        ByteBuf payload = head(BASE | CLIENT_CONNECT_WITH_DB);
        ProtocolStrings.writeNulTerminated(payload, "shop");
        ProtocolStrings.writeNulTerminated(payload, "p");

        assertThat(HandshakeResponse41.decode(payload).schema()).isEqualTo("shop");
    }

    /** A response of MySQL 3.23: two bytes of capabilities, three of packet size, user, password. */
    @Test
    void refusesTheProtocolFromBefore41Clearly() {
        ByteBuf payload = Unpooled.buffer().writeShortLE(0x0005).writeMediumLE(0xFFFFFF);
        ProtocolStrings.writeNulTerminated(payload, "old");
        ProtocolStrings.writeNulTerminated(payload, "abcdefgh");

        assertThatThrownBy(() -> HandshakeResponse41.decode(payload))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.errno()).isEqualTo(1043))
                .hasMessageContaining("before 4.1");
    }
}
