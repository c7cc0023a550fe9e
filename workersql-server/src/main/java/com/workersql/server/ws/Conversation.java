// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.http.query.Refusal;
import com.workersql.server.session.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;

/** What the messages of one socket mean. Confined to the socket's event loop. */
interface Conversation {
    /** Why a socket is closed on the gateway's side. */
    enum Ending {
        /** The token has expired. */
        EXPIRED,
        /** The user is gone, or has other rights. */
        REVOKED,
        /** An administrator sends the user away. */
        DISCONNECTED,
        /** Pings were not answered. */
        SILENT
    }

    void opened(EventLoop loop);

    /** For whom the client speaks; null as long as it has not proved that. */
    Principal principal();

    /** The largest message that may come now. */
    int maxMessageBytes();

    /**
     * A message of the client.
     *
     * @param utf8 between its indices; the caller's
     * @throws Refusal when it is no message at all, for which the socket is closed
     */
    void message(ByteBuf utf8) throws Refusal;

    /** The client reads slowly, or reads again. */
    void writable(boolean writable);

    /** The gateway stops: no new work is taken from here on, what was begun may end within this time. */
    void draining(int millis);

    /** Whether nothing runs, waits or is open that a stop had better wait for. */
    boolean isIdle();

    /** The code by which a socket is closed for such a reason. */
    WebSocketCloseStatus status(Ending ending);

    /** The client is gone, or is to go: statements are killed, transactions rolled back. */
    void closeAll();
}
