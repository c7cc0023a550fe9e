// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;

/**
 * The kills that a borrower has asked for on its connection. One whose answer has come has struck or never will: servers forget a KILL
 * QUERY of a connection that runs nothing. Confined to the borrower's event loop.
 */
final class Kills {
    private final EventLoop borrower;
    private int unanswered;
    /** Null while none is unanswered; one that has failed stays. */
    private Promise<Void> answers;

    Kills(EventLoop borrower) {
        this.borrower = borrower;
    }

    Future<Void> add(Future<Void> kill) {
        if (answers == null) {
            answers = borrower.newPromise();
        }
        unanswered++;
        // Before whoever asked for it hears of it.
        return kill.addListener(this::answered);
    }

    Future<Void> answers() {
        return answers;
    }

    private void answered(Future<? super Void> kill) {
        unanswered--;
        if (mayStillStrike(kill.cause())) {
            answers.tryFailure(kill.cause());
        } else if (unanswered == 0 && !answers.isDone()) {
            var all = answers;
            answers = null;
            all.setSuccess(null);
        }
    }

    private static boolean mayStillStrike(Throwable cause) {
        return cause instanceof BrokenConnectionException broken
                && broken.phase() != BrokenConnectionException.Phase.NOT_SENT;
    }
}
