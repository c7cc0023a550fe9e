// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.channel.Channel;

/**
 * Notices that a client reads nothing of what was written for it. Who reads slowly is not meant: a row may be so large that it takes
 * longer than the time-out as a whole. Confined to the channel's event loop.
 */
public final class StallWatch {
    private final Channel channel;
    private final int timeoutMillis;
    private final Runnable stalled;
    private final Deadline deadline;
    private long unreadBytes;

    /**
     * A watch that is not started.
     *
     * @param channel the client's
     * @param timeoutMillis how long nothing may be read
     * @param stalled called once for each start behind which nothing was read for so long
     */
    public StallWatch(Channel channel, int timeoutMillis, Runnable stalled) {
        this.channel = channel;
        this.timeoutMillis = timeoutMillis;
        this.stalled = stalled;
        this.deadline = new Deadline(channel.eventLoop(), this::check);
    }

    /** Starts, or starts anew. */
    public void start() {
        unreadBytes = unreadBytes();
        deadline.set(timeoutMillis);
    }

    /** The client has read enough, for now. */
    public void stop() {
        deadline.clear();
    }

    /** Stops for good. */
    public void close() {
        deadline.close();
    }

    private void check() {
        if (unreadBytes() < unreadBytes) {
            start();
        } else {
            stalled.run();
        }
    }

    private long unreadBytes() {
        var buffer = channel.unsafe().outboundBuffer();
        // A stream of HTTP/2 has none, and counts frames that have not left.
        return buffer == null
                ? channel.bytesBeforeWritable()
                : buffer.totalPendingWriteBytes() - buffer.currentProgress();
    }
}
