// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.Command;
import com.workersql.router.Statement;
import com.workersql.router.StatementContext;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import io.netty.buffer.Unpooled;
import java.util.List;

/**
 * Runs the statements of one text one by one, as a server does: what one of them sets holds for the next, also for how its
 * text is read, and behind an error none is run. Confined to the session's event loop.
 */
final class StatementSequence {
    private final StatementExecutor executor;
    private final ClientSession session;
    private final SeveralReplies target;
    private List<Statement> parts;
    private int next;

    /**
     * @param parts at least two, in bytes that do not change
     */
    StatementSequence(StatementExecutor executor, ClientSession session, List<Statement> parts, SeveralReplies target) {
        this.executor = executor;
        this.session = session;
        this.parts = parts;
        this.target = target;
    }

    void runNext() {
        if (session.isClosed()) {
            return;
        }
        if (session.mustClose()) {
            target.nextReply(null);
            target.failed(GatewayError.notExecuted("The session has ended within the statements of its text"));
            return;
        }
        if (!isReadAlike(executor.texts().context(session), parts.get(next).context())) {
            splitAgain();
        }
        var part = parts.get(next++);
        target.nextReply(next == parts.size() ? null : this::runLater);
        var payload = Unpooled.buffer(1 + part.length())
                .writeByte(Command.COM_QUERY)
                .writeBytes(part.bytes(), part.offset(), part.length());
        executor.query(session, payload, target);
    }

    /** Not in this call: a text of thousands of statements must not grow the stack. */
    private void runLater() {
        session.loop().execute(SessionFault.guarded(session, this::runNext));
    }

    private static boolean isReadAlike(StatementContext now, StatementContext then) {
        return now.ansiQuotes() == then.ansiQuotes()
                && now.noBackslashEscapes() == then.noBackslashEscapes()
                && now.charset() == then.charset();
    }

    private void splitAgain() {
        var first = parts.get(next);
        var last = parts.get(parts.size() - 1);
        int length = last.offset() + last.length() - first.offset();
        parts = executor.router()
                .split(new Statement(
                        executor.texts().context(session), first.bytes(), first.offset(), length, null, null));
        next = 0;
    }
}
