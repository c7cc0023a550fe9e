// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.pool.BackendAccount;
import com.workersql.pool.Endpoint;
import com.workersql.protocol.session.TlsMode;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslContext;
import java.util.function.Supplier;

/**
 * Where a shard's log is read.
 *
 * @param shard the shard's name
 * @param primary the server that takes writes now
 * @param account by which it is read
 * @param tls towards the server
 * @param tlsContext null without TLS
 * @param allowPublicKeyRetrieval whether the server may be asked for its key over plain TCP
 * @param proxyVersion of the PROXY header that a connection begins with; 0 for none
 * @param channels makes connections
 * @param canFailOver whether another server may take over
 */
public record LogSource(
        String shard,
        Supplier<Endpoint> primary,
        BackendAccount account,
        TlsMode tls,
        SslContext tlsContext,
        boolean allowPublicKeyRetrieval,
        int proxyVersion,
        Supplier<SocketChannel> channels,
        boolean canFailOver) {}
