// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import io.netty.channel.EventLoop;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;

/** Finds a host's address without blocking an event loop: literals at once, names by Java's own resolver on another thread. */
final class HostResolver {
    private final Executor blocking;

    HostResolver(Executor blocking) {
        this.blocking = blocking;
    }

    /** {@code done} hears the address or the reason on the event loop; at once for literals. */
    void resolve(String host, EventLoop loop, BiConsumer<InetAddress, UnknownHostException> done) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal != null) {
            answer(() -> InetAddress.getByAddress(host, literal), done);
            return;
        }
        blocking.execute(() -> answer(
                () -> InetAddress.getByName(host),
                (address, cause) -> loop.execute(() -> done.accept(address, cause))));
    }

    private interface Lookup {
        InetAddress address() throws UnknownHostException;
    }

    private static void answer(Lookup lookup, BiConsumer<InetAddress, UnknownHostException> done) {
        InetAddress address;
        try {
            address = lookup.address();
        } catch (UnknownHostException e) {
            done.accept(null, e);
            return;
        }
        done.accept(address, null);
    }
}
