// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.OkRewriter;
import com.workersql.protocol.session.SessionTrackFilter;
import com.workersql.router.StatementInfo;
import com.workersql.server.results.CachedResult;
import com.workersql.server.session.ClientSession;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.function.LongSupplier;

/** Gives a kept answer out as if its shard had just sent it; one that is older than it should be, because of trouble, with a note. */
final class Replay {
    private static final ReplyTarget.Relay NOTHING_FLOWS = reading -> {};

    private final ClientSession session;
    private final StatementExecutor executor;
    private final StatementInfo info;
    private final CachedResult result;
    private final String trouble;
    private final LongSupplier nanoClock;

    /**
     * @param trouble why the answer is older than it should be; null when it is not, or is being renewed
     */
    Replay(
            ClientSession session,
            StatementExecutor executor,
            StatementInfo info,
            CachedResult result,
            String trouble,
            LongSupplier nanoClock) {
        this.session = session;
        this.executor = executor;
        this.info = info;
        this.result = result;
        this.trouble = trouble;
        this.nanoClock = nanoClock;
    }

    void to(ReplyTarget target) {
        executor.retention().answeredHere(session, info, executor.flavor());
        var figures = session.figures();
        var status = result.status();
        figures.rowCount(-1);
        figures.foundRows(status.rows());
        if (trouble != null) {
            figures.warnings(CachedReads.note(result, trouble, nanoClock.getAsLong()));
            status = new ReplyStatus(
                    status.statusFlags(),
                    1,
                    status.rows(),
                    status.affectedRows(),
                    status.lastInsertId(),
                    0,
                    null,
                    status.message(),
                    status.changes());
        }
        target.fromCache(trouble != null);
        target.begin(result.capabilities(), NOTHING_FLOWS);
        for (var part : result.parts()) {
            if (part.kind() == null) {
                // A copy: whoever gets it may number its packets anew.
                target.forward(Unpooled.copiedBuffer(part.bytes()));
            } else {
                target.control(part.kind(), part.sequenceId(), payload(part));
            }
        }
        target.completed(status);
    }

    /** What changed when the answer was got is not what changes now: MySQL counts its statements there. */
    private ByteBuf withoutChanges(ControlPacket kind, ByteBuf payload) {
        if (kind != ControlPacket.OK || !result.capabilities().has(CapabilityFlags.CLIENT_SESSION_TRACK)) {
            return payload;
        }
        var without = Unpooled.buffer(payload.readableBytes());
        new OkRewriter(result.capabilities(), result.capabilities(), SessionTrackFilter.NONE, 0, 0)
                .rewrite(payload, without);
        return without;
    }

    private ByteBuf payload(CachedResult.Part part) {
        var payload = withoutChanges(part.kind(), Unpooled.wrappedBuffer(part.bytes()));
        if (trouble == null || (part.kind() != ControlPacket.OK && part.kind() != ControlPacket.EOF)) {
            return payload;
        }
        CapabilityFlags capabilities = result.capabilities();
        var noted = Unpooled.buffer();
        if (part.kind() == ControlPacket.EOF) {
            new Eof(1, Eof.decode(payload, capabilities).statusFlags()).encode(noted, capabilities);
        } else {
            var ok = Ok.decode(payload, capabilities);
            new Ok(ok.endOfRows(), ok.affectedRows(), ok.lastInsertId(), ok.statusFlags(), 1, ok.info(), ok.changes())
                    .encode(noted, capabilities);
        }
        return noted;
    }
}
