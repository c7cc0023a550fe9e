// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.proxy;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import java.net.SocketAddress;
import java.util.List;

/**
 * What a proxy tells about the connection that it passes on. Immutable.
 *
 * <pre>{@code
 * version 1: "PROXY TCP4|TCP6 source destination sourcePort destinationPort" CR LF  |  "PROXY UNKNOWN" anything CR LF
 * version 2: signature (12 bytes), version and command (1 byte), family and transport (1 byte), length (2 bytes),
 *            addresses, (type (1 byte), length (2 bytes), value)*
 * }</pre>
 *
 * @param local true when the proxy speaks for itself, a check of its health for example: its own address counts
 * @param source the client's address, an IP address with port or a path; null when the proxy does not know it
 * @param destination the address that the client asked for; null together with the source
 * @param extensions version 2 only, in the order in which they came, without checksum and padding
 */
public record ProxyHeader(boolean local, SocketAddress source, SocketAddress destination, List<Extension> extensions) {
    /** The longest header of version 1, and the least that a limit can be. */
    public static final int MAX_V1_BYTES = 107;

    /** A proxy that speaks for itself. */
    public static final ProxyHeader LOCAL = new ProxyHeader(true, null, null, List.of());

    /**
     * A value of a type of version 2.
     *
     * @param type {@link #ALPN} and so on, 0 to 255
     * @param value at most 65535 bytes
     */
    public record Extension(int type, Bytes value) {
        /** The protocol that is spoken inside. */
        public static final int ALPN = 0x01;
        /** The host name that the client asked for, by SNI. */
        public static final int AUTHORITY = 0x02;
        /** CRC-32C of the whole header; checked and left out by the decoder. */
        public static final int CRC32C = 0x03;
        /** Padding; left out by the decoder. */
        public static final int NOOP = 0x04;
        /** An id of the connection. */
        public static final int UNIQUE_ID = 0x05;
        /** What is known of TLS between client and proxy. */
        public static final int SSL = 0x20;
        /** The name space of the proxy's network. */
        public static final int NETNS = 0x30;
    }

    /** Checks that there are both addresses or none. */
    public ProxyHeader {
        extensions = List.copyOf(extensions);
        if ((source == null) != (destination == null)) {
            throw new IllegalArgumentException(
                    "source is " + source + " and destination is " + destination + ", there must be both or none");
        }
        if (source != null && local) {
            throw new IllegalArgumentException("a proxy that speaks for itself tells no addresses");
        }
    }

    /** A connection between these addresses, without extensions. */
    public static ProxyHeader of(SocketAddress source, SocketAddress destination) {
        return new ProxyHeader(false, source, destination, List.of());
    }

    /**
     * Reads a header of either version at the reader index, which moves behind it.
     *
     * @param in stays the caller's
     * @param maxBytes the longest header that is accepted, at least {@link #MAX_V1_BYTES}
     * @return null when the bytes so far are the beginning of a header; no index has moved then
     * @throws ProtocolException when they are not (1043); as early as that is known
     */
    public static ProxyHeader decode(ByteBuf in, int maxBytes) {
        if (maxBytes < MAX_V1_BYTES) {
            throw new IllegalArgumentException("maxBytes is " + maxBytes + ", the least is " + MAX_V1_BYTES);
        }
        if (!in.isReadable()) {
            return null;
        }
        return in.getByte(in.readerIndex()) == 'P' ? ProxyV1.decode(in) : ProxyV2.decode(in, maxBytes);
    }

    /** Writes the text of version 1; what it cannot say (paths, a proxy that speaks for itself) becomes UNKNOWN. */
    public void encodeV1(ByteBuf out) {
        ProxyV1.encode(out, this);
    }

    /**
     * Writes version 2.
     *
     * @param checksum whether a CRC-32C is added
     */
    public void encodeV2(ByteBuf out, boolean checksum) {
        ProxyV2.encode(out, this, checksum);
    }

    static ProtocolException malformed(String message) {
        return ProtocolException.badHandshake("the PROXY header " + message);
    }
}
