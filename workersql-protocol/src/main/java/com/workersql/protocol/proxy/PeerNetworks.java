// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.proxy;

import com.workersql.protocol.wire.Bytes;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;

/** The peers that are believed: networks as {@code 10.0.0.0/8}, {@code fd00::/8}, or single addresses. Immutable. */
public final class PeerNetworks {
    /** Nobody is believed. */
    public static final PeerNetworks NONE = new PeerNetworks(List.of());

    private final List<Network> networks;

    private record Network(Bytes address, int prefixBits) {
        boolean contains(byte[] other) {
            if (other.length != address.length()) {
                return false;
            }
            for (int bit = 0; bit < prefixBits; bit++) {
                int mask = 0x80 >>> (bit % 8);
                if (((address.at(bit / 8) ^ other[bit / 8]) & mask) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private PeerNetworks(List<Network> networks) {
        this.networks = networks;
    }

    /**
     * Reads networks; no name is ever looked up.
     *
     * @throws IllegalArgumentException when a text is no network
     */
    public static PeerNetworks parse(List<String> texts) {
        List<Network> networks = new ArrayList<>(texts.size());
        for (String text : texts) {
            int slash = text.indexOf('/');
            String literal = slash < 0 ? text : text.substring(0, slash);
            byte[] address = NetUtil.createByteArrayFromIpAddressString(literal);
            String bits = slash < 0 ? "" : text.substring(slash + 1);
            if (address == null || (slash >= 0 && !bits.matches("[0-9]{1,3}"))) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no network: allowed are an IP address, or one with /bits");
            }
            int prefixBits = slash < 0 ? 8 * address.length : Integer.parseInt(bits);
            if (prefixBits > 8 * address.length) {
                throw new IllegalArgumentException("'" + text + "' has more bits than its address");
            }
            networks.add(new Network(Bytes.of(address), prefixBits));
        }
        return new PeerNetworks(List.copyOf(networks));
    }

    /** True when the address lies in one of the networks; false for addresses of other kinds and for null. */
    public boolean contains(SocketAddress peer) {
        InetAddress address = peer instanceof InetSocketAddress inet ? inet.getAddress() : null;
        if (address == null) {
            return false;
        }
        byte[] bytes = address.getAddress();
        for (Network network : networks) {
            if (network.contains(bytes)) {
                return true;
            }
        }
        return false;
    }
}
