// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.proxy;

import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** The binary form. */
final class ProxyV2 {
    private static final byte[] SIGNATURE = ByteBufUtil.decodeHexDump("0d0a0d0a000d0a515549540a");
    private static final int HEAD_BYTES = 16;
    private static final int VERSION = 0x20;
    private static final int COMMAND_LOCAL = 0;
    private static final int COMMAND_PROXY = 1;
    private static final int UNSPECIFIED = 0x00;
    private static final int TCP_OVER_IPV4 = 0x11;
    private static final int TCP_OVER_IPV6 = 0x21;
    private static final int UNIX_STREAM = 0x31;
    private static final int UNIX_PATH_BYTES = 108;
    private static final int CHECKSUM_BYTES = 4;

    private ProxyV2() {}

    static ProxyHeader decode(ByteBuf in, int maxBytes) {
        int start = in.readerIndex();
        int available = in.readableBytes();
        for (int i = 0; i < Math.min(SIGNATURE.length, available); i++) {
            if (in.getByte(start + i) != SIGNATURE[i]) {
                throw ProxyHeader.malformed("has neither the signature of version 2 nor the word of version 1");
            }
        }
        if (available < HEAD_BYTES) {
            return null;
        }
        int versionAndCommand = in.getUnsignedByte(start + 12);
        int command = versionAndCommand & 0x0F;
        if ((versionAndCommand & 0xF0) != VERSION || command > COMMAND_PROXY) {
            throw ProxyHeader.malformed("has the version and command 0x" + Integer.toHexString(versionAndCommand));
        }
        int length = HEAD_BYTES + in.getUnsignedShort(start + 14);
        if (length > maxBytes) {
            throw ProxyHeader.malformed("has " + length + " bytes, allowed are " + maxBytes);
        }
        if (available < length) {
            return null;
        }
        ByteBuf whole = in.slice(start, length);
        ProxyHeader header = command == COMMAND_LOCAL ? ProxyHeader.LOCAL : decodeBody(whole);
        in.readerIndex(start + length);
        return header;
    }

    private static ProxyHeader decodeBody(ByteBuf whole) {
        int family = whole.getUnsignedByte(13);
        ByteBuf body = whole.slice(HEAD_BYTES, whole.readableBytes() - HEAD_BYTES);
        SocketAddress source = null;
        SocketAddress destination = null;
        switch (family) {
            case UNSPECIFIED -> {}
            case TCP_OVER_IPV4, TCP_OVER_IPV6 -> {
                int bytes = family == TCP_OVER_IPV4 ? 4 : 16;
                requireBytes(body, 2 * bytes + 4);
                byte[] from = ProtocolStrings.readFixedBytes(body, bytes);
                byte[] to = ProtocolStrings.readFixedBytes(body, bytes);
                source = new InetSocketAddress(address(from), body.readUnsignedShort());
                destination = new InetSocketAddress(address(to), body.readUnsignedShort());
            }
            case UNIX_STREAM -> {
                requireBytes(body, 2 * UNIX_PATH_BYTES);
                source = path(body.readSlice(UNIX_PATH_BYTES));
                destination = path(body.readSlice(UNIX_PATH_BYTES));
                if (source == null || destination == null) {
                    // Sockets without a name: nothing is known of them.
                    source = null;
                    destination = null;
                }
            }
            default ->
                throw ProxyHeader.malformed(
                        "has the family and transport 0x" + Integer.toHexString(family) + ", which is no stream");
        }
        // Where no address is told the rest may be anything.
        List<ProxyHeader.Extension> extensions = family == UNSPECIFIED ? List.of() : readExtensions(whole, body);
        return new ProxyHeader(false, source, destination, extensions);
    }

    private static List<ProxyHeader.Extension> readExtensions(ByteBuf whole, ByteBuf body) {
        List<ProxyHeader.Extension> extensions = new ArrayList<>(2);
        boolean checked = false;
        while (body.isReadable()) {
            requireBytes(body, 3);
            int type = body.readUnsignedByte();
            int length = body.readUnsignedShort();
            requireBytes(body, length);
            if (type == ProxyHeader.Extension.CRC32C) {
                if (checked || length != CHECKSUM_BYTES) {
                    throw ProxyHeader.malformed("has a checksum of " + length + " bytes, or several");
                }
                checked = true;
                verify(whole, HEAD_BYTES + body.readerIndex());
                body.skipBytes(length);
            } else if (type == ProxyHeader.Extension.NOOP) {
                body.skipBytes(length);
            } else {
                extensions.add(new ProxyHeader.Extension(type, ProtocolStrings.readFixedValue(body, length)));
            }
        }
        return extensions;
    }

    /** The checksum is computed with zeros in its own place. */
    private static void verify(ByteBuf whole, int index) {
        byte[] bytes = ByteBufUtil.getBytes(whole, 0, whole.readableBytes());
        int told = whole.getInt(index);
        java.util.Arrays.fill(bytes, index, index + CHECKSUM_BYTES, (byte) 0);
        if (told != checksum(bytes)) {
            throw ProxyHeader.malformed("does not match its checksum");
        }
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("An address has 4 or 16 bytes", e);
        }
    }

    private static UnixDomainSocketAddress path(ByteBuf in) {
        int end = in.bytesBefore((byte) 0);
        int length = end < 0 ? UNIX_PATH_BYTES : end;
        if (!ByteBufUtil.isText(in, in.readerIndex(), length, StandardCharsets.UTF_8)) {
            // Replacement characters would make another path of it, and one that may be too long to tell on.
            throw ProxyHeader.malformed("has a path that is not UTF-8");
        }
        String text = in.toString(in.readerIndex(), length, StandardCharsets.UTF_8);
        try {
            return text.isEmpty() ? null : UnixDomainSocketAddress.of(text);
        } catch (InvalidPathException e) {
            throw ProxyHeader.malformed("has a path that is none");
        }
    }

    private static void requireBytes(ByteBuf body, int bytes) {
        if (body.readableBytes() < bytes) {
            throw ProxyHeader.malformed("needs " + bytes + " more bytes, " + body.readableBytes() + " are left");
        }
    }

    static void encode(ByteBuf out, ProxyHeader header, boolean checksum) {
        int start = out.writerIndex();
        out.writeBytes(SIGNATURE)
                .writeByte(VERSION | (header.local() ? COMMAND_LOCAL : COMMAND_PROXY))
                .writeByte(UNSPECIFIED)
                .writeShort(0);
        out.setByte(start + 13, writeAddresses(out, header));
        for (ProxyHeader.Extension extension : header.extensions()) {
            writeExtension(out, extension.type(), extension.value());
        }
        boolean hasAddresses = out.getByte(start + 13) != UNSPECIFIED;
        if (checksum && hasAddresses) {
            writeExtension(out, ProxyHeader.Extension.CRC32C, Bytes.of(new byte[CHECKSUM_BYTES]));
        }
        int length = out.writerIndex() - start - HEAD_BYTES;
        if (length > 0xFFFF) {
            throw new IllegalArgumentException("a PROXY header with " + length + " bytes, allowed are 65535");
        }
        out.setShort(start + 14, length);
        if (checksum && hasAddresses) {
            out.setInt(
                    out.writerIndex() - CHECKSUM_BYTES,
                    checksum(ByteBufUtil.getBytes(out, start, HEAD_BYTES + length)));
        }
    }

    private static void writeExtension(ByteBuf out, int type, Bytes value) {
        out.writeByte(type).writeShort(value.length());
        value.writeTo(out);
    }

    /** Gives the family and transport. */
    private static int writeAddresses(ByteBuf out, ProxyHeader header) {
        if (header.source() instanceof InetSocketAddress source
                && header.destination() instanceof InetSocketAddress destination) {
            boolean ipv4 =
                    source.getAddress() instanceof Inet4Address && destination.getAddress() instanceof Inet4Address;
            out.writeBytes(bytes(source.getAddress(), ipv4)).writeBytes(bytes(destination.getAddress(), ipv4));
            out.writeShort(source.getPort()).writeShort(destination.getPort());
            return ipv4 ? TCP_OVER_IPV4 : TCP_OVER_IPV6;
        }
        if (header.source() instanceof UnixDomainSocketAddress source
                && header.destination() instanceof UnixDomainSocketAddress destination) {
            writePath(out, source);
            writePath(out, destination);
            return UNIX_STREAM;
        }
        return UNSPECIFIED;
    }

    /** An IPv4 address beside an IPv6 one is mapped into IPv6. */
    private static byte[] bytes(InetAddress address, boolean ipv4) {
        byte[] bytes = address.getAddress();
        if (ipv4 || address instanceof Inet6Address) {
            return bytes;
        }
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xFF;
        mapped[11] = (byte) 0xFF;
        System.arraycopy(bytes, 0, mapped, 12, 4);
        return mapped;
    }

    private static void writePath(ByteBuf out, UnixDomainSocketAddress address) {
        byte[] path = address.getPath().toString().getBytes(StandardCharsets.UTF_8);
        if (path.length > UNIX_PATH_BYTES) {
            throw new IllegalArgumentException("a path of " + path.length + " bytes, allowed are " + UNIX_PATH_BYTES);
        }
        out.writeBytes(path).writeZero(UNIX_PATH_BYTES - path.length);
    }
}
