// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;

/** One line of text, strictly: a receiver that is generous here can be told two addresses at once. */
final class ProxyV1 {
    private static final byte[] BEGINNING = "PROXY ".getBytes(StandardCharsets.US_ASCII);

    private ProxyV1() {}

    static ProxyHeader decode(ByteBuf in) {
        int start = in.readerIndex();
        int available = in.readableBytes();
        for (int i = 0; i < Math.min(BEGINNING.length, available); i++) {
            if (in.getByte(start + i) != BEGINNING[i]) {
                throw ProxyHeader.malformed("does not begin by 'PROXY '");
            }
        }
        int length = Math.min(available, ProxyHeader.MAX_V1_BYTES);
        int lineFeed = in.indexOf(start, start + length, (byte) '\n');
        if (lineFeed < 0) {
            if (available >= ProxyHeader.MAX_V1_BYTES) {
                throw ProxyHeader.malformed("has no end within " + ProxyHeader.MAX_V1_BYTES + " bytes");
            }
            return null;
        }
        if (in.getByte(lineFeed - 1) != '\r') {
            throw ProxyHeader.malformed("ends by a line feed without a carriage return");
        }
        String line = in.toString(start, lineFeed - 1 - start, StandardCharsets.ISO_8859_1);
        ProxyHeader header = parse(line);
        in.readerIndex(lineFeed + 1);
        return header;
    }

    private static ProxyHeader parse(String line) {
        String[] words = line.split(" ", -1);
        String family = words[1];
        if (family.equals("UNKNOWN")) {
            return new ProxyHeader(false, null, null, java.util.List.of());
        }
        boolean ipv6 = family.equals("TCP6");
        if (!ipv6 && !family.equals("TCP4")) {
            throw ProxyHeader.malformed("names a family that is none of TCP4, TCP6 and UNKNOWN");
        }
        if (words.length != 6) {
            throw ProxyHeader.malformed("has " + words.length + " words, needed are 6");
        }
        return ProxyHeader.of(
                new InetSocketAddress(address(words[2], ipv6), port(words[4])),
                new InetSocketAddress(address(words[3], ipv6), port(words[5])));
    }

    /** Never asks a name server: what is no literal address is refused. */
    private static InetAddress address(String text, boolean ipv6) {
        boolean valid = ipv6
                ? text.matches("[0-9A-Fa-f:.]{2,45}") && NetUtil.isValidIpV6Address(text)
                : NetUtil.isValidIpV4Address(text);
        if (!valid) {
            throw ProxyHeader.malformed("has an address that is no " + (ipv6 ? "IPv6" : "IPv4") + " address");
        }
        try {
            return InetAddress.getByAddress(NetUtil.createByteArrayFromIpAddressString(text));
        } catch (UnknownHostException e) {
            throw ProxyHeader.malformed("has an address of no known length");
        }
    }

    private static int port(String text) {
        if (!text.matches("0|[1-9][0-9]{0,4}") || Integer.parseInt(text) > 0xFFFF) {
            throw ProxyHeader.malformed("has a port that is none of 0 to 65535");
        }
        return Integer.parseInt(text);
    }

    static void encode(ByteBuf out, ProxyHeader header) {
        String line = "PROXY UNKNOWN\r\n";
        if (header.source() instanceof InetSocketAddress source
                && header.destination() instanceof InetSocketAddress destination) {
            String family = family(source.getAddress(), destination.getAddress());
            if (family != null) {
                line = "PROXY " + family + ' ' + text(source.getAddress()) + ' ' + text(destination.getAddress()) + ' '
                        + source.getPort() + ' ' + destination.getPort() + "\r\n";
            }
        }
        out.writeCharSequence(line, StandardCharsets.US_ASCII);
    }

    /** Without the zone that the platform writes behind link-local addresses. */
    private static String text(InetAddress address) {
        return NetUtil.toAddressString(address);
    }

    private static String family(InetAddress source, InetAddress destination) {
        if (source instanceof Inet4Address && destination instanceof Inet4Address) {
            return "TCP4";
        }
        return source instanceof Inet6Address && destination instanceof Inet6Address ? "TCP6" : null;
    }
}
