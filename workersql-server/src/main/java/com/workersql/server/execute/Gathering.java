// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.server.error.GatewayError;
import com.workersql.server.results.CachedResult;
import com.workersql.server.results.ResultCache;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Passes a reply on and gathers it for the cache, as long as it is not too large. It has to come from the primary: a replica may not
 * have yet what the cache was told to forget.
 */
final class Gathering extends ForwardedReply {
    private final ResultCache.Filling filling;
    private final int maxBytes;
    private final Predicate<GatewayError> instead;
    /** Null when nothing is gathered, or not any more. */
    private List<CachedResult.Part> parts;

    private CapabilityFlags capabilities;
    private int bytes;

    /**
     * @param filling takes the whole reply; null where it is not to be kept
     * @param instead answers in another way when the read fails before the first byte of its reply; false when it does not
     */
    Gathering(ReplyTarget target, ResultCache.Filling filling, int maxBytes, Predicate<GatewayError> instead) {
        super(target);
        this.filling = filling;
        this.maxBytes = maxBytes;
        this.instead = instead;
        this.parts = filling == null ? null : new ArrayList<>();
    }

    private void gather(ControlPacket kind, int sequenceId, ByteBuf piece) {
        if (parts == null) {
            return;
        }
        bytes += piece.readableBytes();
        if (bytes > maxBytes) {
            parts = null;
        } else {
            parts.add(new CachedResult.Part(kind, sequenceId, ByteBufUtil.getBytes(piece)));
        }
    }

    @Override
    public void begin(CapabilityFlags written, Relay relay) {
        capabilities = written;
        super.begin(written, relay);
    }

    @Override
    public void forward(ByteBuf packets) {
        gather(null, 0, packets);
        super.forward(packets);
    }

    @Override
    public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
        gather(kind, sequenceId, payload);
        super.control(kind, sequenceId, payload);
    }

    @Override
    public void completed(ReplyStatus status) {
        if (parts != null && !status.isError() && status.warnings() == 0 && status.hasRows()) {
            filling.complete(capabilities, parts, status);
        }
        super.completed(status);
    }

    @Override
    public void failed(GatewayError error) {
        if (capabilities != null || !instead.test(error)) {
            super.failed(error);
        }
    }
}
