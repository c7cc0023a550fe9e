// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.util.function.BiConsumer;

/** A reset of the session that its borrower asks for. Confined to the borrower's event loop, but for what is marked otherwise. */
final class BorrowerReset {
    private final NettyBackendPool pool;
    private final Entry<BackendConnection> entry;
    private final LoopBridge loops;
    private final Promise<Void> promise;
    /** Runs once, when the answer is there or there will be none. */
    private final Runnable ended;

    BorrowerReset(
            NettyBackendPool pool,
            Entry<BackendConnection> entry,
            LoopBridge loops,
            Promise<Void> promise,
            Runnable ended) {
        this.pool = pool;
        this.entry = entry;
        this.loops = loops;
        this.promise = promise;
        this.ended = ended;
    }

    /** Resets now; until the answer is there, nothing else is to be sent. */
    Future<Void> run() {
        start(() -> entry.connection.own().reset((status, cause) -> {
            if (isRefused(status, cause)) {
                pool.discardFailedReset(entry);
            }
            tellBorrower(status, cause, this::learn);
        }));
        return promise;
    }

    private void learn(ReplyStatus status, Throwable cause) {
        if (cause == null && !status.isError()) {
            pool.countReset(entry);
            forget(status.statusFlags());
        }
    }

    /** Resets ahead of the next command, which finds the session as it will be then. */
    Future<Void> runAhead() {
        var connection = entry.connection;
        forget(connection.statusFlagsOfLogin());
        start(() -> connection.own().resetAhead((status, cause) -> {
            if (isRefused(status, cause)) {
                // Before what was sent behind it is answered.
                connection.sever(refusal(status));
            } else if (cause == null) {
                pool.countReset(entry);
            }
            tellBorrower(status, cause, (answer, lost) -> {});
        }));
        return promise;
    }

    private void forget(int statusFlags) {
        entry.connection.state().wasReset(statusFlags);
        entry.connection.statements().clear();
    }

    private void start(Runnable onChannel) {
        if (!loops.onChannel(null, onChannel)) {
            ended.run();
            promise.setFailure(new PoolClosedException());
        }
    }

    /** On the channel's event loop. */
    private void tellBorrower(ReplyStatus status, Throwable cause, BiConsumer<ReplyStatus, Throwable> learning) {
        loops.onBorrower(() -> {
            ended.run();
            learning.accept(status, cause);
            if (cause != null) {
                promise.setFailure(cause);
            } else if (status.isError()) {
                promise.setFailure(new BrokenConnectionException(
                        entry.key.endpoint(), BrokenConnectionException.Phase.SENT, refusal(status), null));
            } else {
                promise.setSuccess(null);
            }
        });
    }

    private static boolean isRefused(ReplyStatus status, Throwable cause) {
        return cause == null && status.isError();
    }

    private static String refusal(ReplyStatus status) {
        return "the reset was answered by " + status.errno() + " " + status.message();
    }
}
