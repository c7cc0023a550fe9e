// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.server.error.GatewayError;
import java.util.List;

/** Passes a reply on, and tells at its end, once, that the statement is over. Confined to the session's event loop. */
class AdmittedTarget extends ForwardedReply implements PrepareTarget {
    private final ReplyTarget target;
    private final Runnable leave;

    /**
     * One that can carry several replies, where the target can.
     *
     * @param leave may be run more than once
     */
    static AdmittedTarget of(ReplyTarget target, Runnable leave) {
        return target instanceof SeveralReplies several
                ? new OfSeveral(several, leave)
                : new AdmittedTarget(target, leave);
    }

    private AdmittedTarget(ReplyTarget target, Runnable leave) {
        super(target);
        this.target = target;
        this.leave = leave;
    }

    /** Before the target hears of it: it may begin the next statement at once. */
    private void end() {
        leave.run();
    }

    @Override
    public void completed(ReplyStatus status) {
        end();
        super.completed(status);
    }

    @Override
    public void ok(LocalOk ok) {
        end();
        super.ok(ok);
    }

    @Override
    public void rows(LocalRows rows) {
        end();
        super.rows(rows);
    }

    @Override
    public void failed(GatewayError error) {
        end();
        super.failed(error);
    }

    @Override
    public void prepared(int statementId, List<ColumnDefinition> columns) {
        end();
        ((PrepareTarget) target).prepared(statementId, columns);
    }

    /** Each statement of a text is let in by itself, so that this one is over with the first of them. */
    private static final class OfSeveral extends AdmittedTarget implements SeveralReplies {
        private final SeveralReplies target;

        OfSeveral(SeveralReplies target, Runnable leave) {
            super(target, leave);
            this.target = target;
        }

        @Override
        public void nextReply(Runnable next) {
            target.nextReply(next);
        }
    }
}
