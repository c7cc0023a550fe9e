// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.peer;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** The address of a client: what its proxy told, where there is one that is believed. Safe for all threads. */
public final class ClientAddress {
    private static final AttributeKey<SocketAddress> TOLD = AttributeKey.valueOf(ClientAddress.class, "told");

    private ClientAddress() {}

    /** The client's address; null when the channel has none. */
    public static SocketAddress of(Channel channel) {
        var told = channel.attr(TOLD).get();
        return told == null ? channel.remoteAddress() : told;
    }

    /** The client's host as sessions show it: an IP address, or {@code localhost} for what has none. */
    public static String host(Channel channel) {
        return of(channel) instanceof InetSocketAddress address && address.getAddress() != null
                ? address.getAddress().getHostAddress()
                : "localhost";
    }

    static void told(Channel channel, SocketAddress client) {
        channel.attr(TOLD).set(client);
    }
}
