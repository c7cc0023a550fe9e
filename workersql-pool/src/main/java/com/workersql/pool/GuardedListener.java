// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;

/** Keeps what a listener throws away from the pool. */
final class GuardedListener implements PoolListener {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(GuardedListener.class);

    private final PoolListener listener;

    GuardedListener(PoolListener listener) {
        this.listener = listener;
    }

    @Override
    public void connectSucceeded(Endpoint endpoint, long nanos) {
        try {
            listener.connectSucceeded(endpoint, nanos);
        } catch (RuntimeException | Error e) {
            dropped(e);
        }
    }

    @Override
    public void connectFailed(Endpoint endpoint, BackendUnavailableException cause) {
        try {
            listener.connectFailed(endpoint, cause);
        } catch (RuntimeException | Error e) {
            dropped(e);
        }
    }

    @Override
    public void commandCompleted(Endpoint endpoint, long nanos, int errno) {
        try {
            listener.commandCompleted(endpoint, nanos, errno);
        } catch (RuntimeException | Error e) {
            dropped(e);
        }
    }

    @Override
    public void connectionBroken(Endpoint endpoint, BrokenConnectionException cause, boolean wasIdle) {
        try {
            listener.connectionBroken(endpoint, cause, wasIdle);
        } catch (RuntimeException | Error e) {
            dropped(e);
        }
    }

    @Override
    public void connectionClosed(Endpoint endpoint, CloseReason reason) {
        try {
            listener.connectionClosed(endpoint, reason);
        } catch (RuntimeException | Error e) {
            dropped(e);
        }
    }

    @Override
    public void restartDetected(Endpoint endpoint) {
        try {
            listener.restartDetected(endpoint);
        } catch (RuntimeException | Error e) {
            dropped(e);
        }
    }

    @Override
    public void acquired(Endpoint endpoint, AcquireSource source, long waitedNanos) {
        try {
            listener.acquired(endpoint, source, waitedNanos);
        } catch (RuntimeException | Error e) {
            dropped(e);
        }
    }

    @Override
    public void acquireFailed(Endpoint endpoint, PoolException cause) {
        try {
            listener.acquireFailed(endpoint, cause);
        } catch (RuntimeException | Error e) {
            dropped(e);
        }
    }

    private static void dropped(Throwable e) {
        LOGGER.warn("A pool's listener failed", e);
    }
}
