// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.netty.ChangeUserExchange;
import com.workersql.protocol.session.AuthenticatedClient;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.Consumer;

/** Lets a client become another user: it authenticates again, as at its login. */
interface UserChanges {
    /**
     * Begins the exchange; until it has ended the client's payloads are its.
     *
     * @param ctx the channel
     * @param current who the client is
     * @param command what it asked for
     * @param changed takes the new session once the client has proven who it is, before it is told so; a client that fails is
     *     disconnected
     * @return the exchange
     */
    ChangeUserExchange begin(
            ChannelHandlerContext ctx,
            AuthenticatedClient current,
            ChangeUser command,
            Consumer<Entrance.Admitted> changed);
}
