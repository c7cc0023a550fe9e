// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.proxy.ProxyHeader.Extension;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderTest {
    private static final int MAX_BYTES = 2048;
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";

    private static InetSocketAddress address(String ip, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByName(ip), port);
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static ByteBuf text(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    }

    private static ByteBuf hex(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
    }

    private static ProxyHeader decode(ByteBuf in) {
        return ProxyHeader.decode(in, MAX_BYTES);
    }

    static List<ProxyHeader> headers() {
        var unix = UnixDomainSocketAddress.of("/run/proxy.sock");
        return List.of(
                ProxyHeader.LOCAL,
                new ProxyHeader(false, null, null, List.of()),
                ProxyHeader.of(address("192.0.2.7", 56324), address("198.51.100.1", 3306)),
                ProxyHeader.of(address("2001:db8::7", 1), address("2001:db8::1", 65535)),
                ProxyHeader.of(unix, UnixDomainSocketAddress.of("/run/server.sock")),
                new ProxyHeader(
                        false,
                        address("192.0.2.7", 0),
                        address("198.51.100.1", 3306),
                        List.of(
                                new Extension(
                                        Extension.AUTHORITY, Bytes.of("db.example".getBytes(StandardCharsets.UTF_8))),
                                new Extension(Extension.UNIQUE_ID, Bytes.of(new byte[] {0, 1, 2})),
                                new Extension(0xE0, Bytes.EMPTY))));
    }

    /** The examples of the specification. */
    @Test
    void readsTheExamplesOfVersion1() {
        ByteBuf in = text("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET /");

        assertThat(decode(in)).isEqualTo(ProxyHeader.of(address("192.168.0.1", 56324), address("192.168.0.11", 443)));
        assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("GET /");
        assertThat(decode(text("PROXY TCP6 ffff:f:f:f:f:f:f:ffff ffff:f:f:f:f:f:f:ffff 65535 65535\r\n"))
                        .source())
                .isEqualTo(address("ffff:f:f:f:f:f:f:ffff", 65535));
        assertThat(decode(text("PROXY UNKNOWN\r\n")).source()).isNull();
    }

    /** N1: an address behind UNKNOWN counts for nothing. */
    @Test
    void ignoresAddressesBehindUnknown() {
        ByteBuf in = text("PROXY UNKNOWN ffff:f:f:f:f:f:f:ffff ffff:f:f:f:f:f:f:ffff 65535 65535\r\n");

        assertThat(decode(in).source()).isNull();
        assertThat(in.isReadable()).isFalse();
    }

    /** Bytes as HAProxy writes them for {@code send-proxy-v2}. */
    @Test
    void readsVersion2OverIpv4() {
        ByteBuf in = hex(SIGNATURE + "2111000c" + "c0000207" + "c6336401" + "dc04" + "0cea" + "0a");

        assertThat(decode(in)).isEqualTo(ProxyHeader.of(address("192.0.2.7", 56324), address("198.51.100.1", 3306)));
        assertThat(in.readableBytes()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("headers")
    void writesWhatItReads(ProxyHeader header) {
        for (boolean checksum : new boolean[] {false, true}) {
            ByteBuf out = Unpooled.buffer();
            header.encodeV2(out, checksum);

            assertThat(decode(out)).isEqualTo(header);
            assertThat(out.isReadable()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("headers")
    void asksForMoreAtEveryPrefixAndMovesNothing(ProxyHeader header) {
        ByteBuf v1 = Unpooled.buffer();
        ByteBuf v2 = Unpooled.buffer();
        header.encodeV1(v1);
        header.encodeV2(v2, true);
        for (ByteBuf whole : List.of(v1, v2)) {
            for (int length = 0; length < whole.readableBytes(); length++) {
                ByteBuf prefix = whole.slice(0, length);

                assertThat(decode(prefix)).as("%s bytes", length).isNull();
                assertThat(prefix.readerIndex()).isZero();
            }
        }
    }

    @Test
    void saysUnknownInVersion1WhereThatCannotSayMore() {
        ByteBuf out = Unpooled.buffer();
        headers().get(4).encodeV1(out);
        ProxyHeader.of(address("192.0.2.7", 1), address("2001:db8::1", 2)).encodeV1(out);

        assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("PROXY UNKNOWN\r\nPROXY UNKNOWN\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n",
                "PROXY",
                "PROXZ",
                "PROXY TCP4 192.0.2.7 198.51.100.1 1\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 1 2 3\r\n",
                "PROXY TCP4  192.0.2.7 198.51.100.1 1 2\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 1 65536\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 01 2\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 -1 2\r\n",
                "PROXY TCP4 localhost 198.51.100.1 1 2\r\n",
                "PROXY TCP4 ::1 ::1 1 2\r\n",
                "PROXY TCP6 192.0.2.7 198.51.100.1 1 2\r\n",
                "PROXY TCP6 [::1] ::1 1 2\r\n",
                "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n",
                "PROXY UDP4 192.0.2.7 198.51.100.1 1 2\r\n",
                "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\n",
                "proxy TCP4 192.0.2.7 198.51.100.1 1 2\r\n",
            })
    void refusesALineThatIsNotExactlyOne(String line) {
        if (line.equals("PROXY")) {
            assertThat(decode(text(line))).isNull();
            return;
        }
        assertThatThrownBy(() -> decode(text(line)))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.errno()).isEqualTo(1043));
    }

    @Test
    void refusesALineWithoutAnEnd() {
        assertThatThrownBy(() -> decode(text("PROXY UNKNOWN " + "x".repeat(93))))
                .isInstanceOf(ProtocolException.class);
        assertThat(decode(text("PROXY UNKNOWN " + "x".repeat(92)))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1111000c", // version 1
                "f111000c", // version 15
                "2211000c", // command 2
                "2112000c", // datagrams
                "2141000c", // unknown family
                "2111000b", // addresses cut off
                "21210020",
                "21310020",
                "2111000d", // an extension of one byte
                "2111ffff", // longer than allowed
            })
    void refusesWhatIsNoVersion2(String head) {
        assertThatThrownBy(() -> decode(hex(SIGNATURE + head + "00".repeat(64))))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.errno()).isEqualTo(1043));
    }

    @Test
    void skipsAllThatAProxyThatSpeaksForItselfAdds() {
        ByteBuf in = hex(SIGNATURE + "20110003" + "ffffff" + "0a");

        assertThat(decode(in)).isEqualTo(ProxyHeader.LOCAL);
        assertThat(in.readableBytes()).isEqualTo(1);
    }

    @Test
    void refusesAnyChangedByteUnderAChecksum() {
        ByteBuf whole = Unpooled.buffer();
        headers().get(5).encodeV2(whole, true);
        for (int index = 16; index < whole.writerIndex(); index++) {
            ByteBuf changed = whole.copy();
            changed.setByte(index, changed.getByte(index) ^ 1);

            assertThat(isRefusedOrWithoutChecksum(changed)).as("byte %s", index).isTrue();
        }
    }

    /** A change of the checksum's type or length leaves a header without a checksum, or none. */
    private static boolean isRefusedOrWithoutChecksum(ByteBuf in) {
        try {
            ProxyHeader header = decode(in);
            return header == null || header.extensions().stream().anyMatch(e -> e.type() == (Extension.CRC32C ^ 1));
        } catch (ProtocolException e) {
            return true;
        }
    }

    /** N1: nothing but a header, null or a ProtocolException on any input. */
    @Test
    void isTotal() {
        int seed = 77;
        Random random = new Random(seed);
        ByteBuf[] wholes = {Unpooled.buffer(), Unpooled.buffer(), Unpooled.buffer()};
        headers().get(5).encodeV2(wholes[0], true);
        headers().get(3).encodeV1(wholes[1]);
        headers().get(4).encodeV2(wholes[2], false);
        int inputs = Integer.getInteger("workersql.proxy.inputs", 20_000);
        for (int i = 0; i < inputs; i++) {
            ByteBuf changed = wholes[i % wholes.length].copy();
            for (int n = random.nextInt(4); n >= 0; n--) {
                changed.setByte(random.nextInt(changed.writerIndex()), random.nextInt(256));
            }
            try {
                ProxyHeader header = decode(changed);
                assertThat(header == null || header.extensions() != null).isTrue();
            } catch (ProtocolException e) {
                assertThat(e.errno()).as("input %s of seed %s", i, seed).isEqualTo(1043);
            }
        }
    }

    @Test
    void knowsItsNetworks() {
        PeerNetworks networks = PeerNetworks.parse(List.of("10.0.0.0/8", "192.0.2.7", "2001:db8::/33"));

        assertThat(networks.contains(address("10.255.0.1", 1))).isTrue();
        assertThat(networks.contains(address("11.0.0.1", 1))).isFalse();
        assertThat(networks.contains(address("192.0.2.7", 1))).isTrue();
        assertThat(networks.contains(address("192.0.2.8", 1))).isFalse();
        assertThat(networks.contains(address("2001:db8:7fff::1", 1))).isTrue();
        assertThat(networks.contains(address("2001:db8:8000::1", 1))).isFalse();
        assertThat(networks.contains(UnixDomainSocketAddress.of("/x"))).isFalse();
        assertThat(PeerNetworks.NONE.contains(address("127.0.0.1", 1))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "10.0.0/8x"})
    void refusesWhatIsNoNetwork(String text) {
        assertThatThrownBy(() -> PeerNetworks.parse(List.of(text))).isInstanceOf(IllegalArgumentException.class);
    }
}
