// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.results;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.session.ControlPacket;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A reply that is kept: the pieces in which it came, and when it was asked for. Immutable but for the mark of its renewal. */
public final class CachedResult {
    private static final int PART_OVERHEAD_BYTES = 64;

    private final CapabilityFlags capabilities;
    private final List<Part> parts;
    private final ReplyStatus status;
    private final long askedNanos;
    private final TableGenerations.Stamp stamp;
    private final AtomicBoolean renewing = new AtomicBoolean();

    /**
     * A piece of a reply.
     *
     * @param kind which control packet; null for columns and rows
     * @param sequenceId the control packet's
     * @param bytes columns and rows with their headers, or the control packet's payload; not to be changed
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Part(ControlPacket kind, int sequenceId, byte[] bytes) {}

    CachedResult(
            CapabilityFlags capabilities,
            List<Part> parts,
            ReplyStatus status,
            long askedNanos,
            TableGenerations.Stamp stamp) {
        this.capabilities = capabilities;
        this.parts = List.copyOf(parts);
        this.status = status;
        this.askedNanos = askedNanos;
        this.stamp = stamp;
    }

    /** {@return what its bytes are written with} */
    public CapabilityFlags capabilities() {
        return capabilities;
    }

    /** {@return its pieces in their order} */
    public List<Part> parts() {
        return parts;
    }

    /** {@return how it ended} */
    public ReplyStatus status() {
        return status;
    }

    /**
     * How old it is.
     *
     * @param nowNanos by the gateway's clock
     * @return milliseconds since before it was asked for
     */
    public long ageMillis(long nowNanos) {
        return Math.max(0, nowNanos - askedNanos) / 1_000_000;
    }

    /** {@return true for the one caller that is to renew it} */
    public boolean startRenewal() {
        return renewing.compareAndSet(false, true);
    }

    /** The renewal has failed: another one may be tried. */
    public void endRenewal() {
        renewing.set(false);
    }

    boolean isCurrent() {
        return stamp.isCurrent();
    }

    int weightBytes() {
        int bytes = PART_OVERHEAD_BYTES;
        for (var part : parts) {
            bytes += PART_OVERHEAD_BYTES + part.bytes().length;
        }
        return bytes;
    }
}
