// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.endpoint;

import com.workersql.breaker.BreakerState;
import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.FailureClass;
import com.workersql.breaker.Permit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The two breakers of one endpoint in one role. Hold on to it: it is what costs nothing to ask.
 *
 * <p>The connect gate is asked before a connection is opened and told how that went. The call gate is asked before a
 * call on an established connection and told how that went. Some errors say that this connection was ended, but not
 * whether by a KILL or because the server goes down: {@link #finishCall} remembers them as suspicions, and
 * {@link #finishConnect} settles them, for or against the endpoint.
 *
 * <p>Safe for use by any number of threads, without blocking.
 */
public final class EndpointGates {
    private final EndpointKey key;
    private final CircuitBreaker connectGate;
    private final CircuitBreaker callGate;
    private final AtomicInteger suspicions = new AtomicInteger();
    private volatile long suspectedAtNanos;

    EndpointGates(EndpointKey key, BreakerRegistryConfig config, BreakerFactory factory, EjectionGroup group) {
        this.key = key;
        this.connectGate = factory.create(key, Gate.CONNECT, config.connect(), opening -> mayOpen(group, opening));
        this.callGate = factory.create(key, Gate.CALL, config.call(), opening -> mayOpen(group, opening));
    }

    private boolean mayOpen(EjectionGroup group, Runnable opening) {
        if (group != null) {
            return group.tryOpen(this, opening);
        }
        opening.run();
        return true;
    }

    /**
     * Which endpoint in which role.
     *
     * @return not null
     */
    public EndpointKey key() {
        return key;
    }

    /**
     * The breaker for new connections.
     *
     * @return not null
     */
    public CircuitBreaker connectGate() {
        return connectGate;
    }

    /**
     * The breaker for calls on established connections.
     *
     * @return not null
     */
    public CircuitBreaker callGate() {
        return callGate;
    }

    /**
     * The breaker of a gate.
     *
     * @param gate not null
     * @return not null
     */
    public CircuitBreaker gate(Gate gate) {
        return gate == Gate.CONNECT ? connectGate : callGate;
    }

    /**
     * Whether a gate is not closed. A chooser goes by {@link CircuitBreaker#wouldAdmit()} of the gate that it needs
     * instead, which also finds out when a probe is due.
     *
     * @return true if the connect gate or the call gate is open or half-open
     */
    public boolean isEjected() {
        return connectGate.state() != BreakerState.CLOSED || callGate.state() != BreakerState.CLOSED;
    }

    /**
     * Whether a call ended in a way that only a fresh connection can explain. Open one, through the connect gate.
     *
     * @return true while a suspicion is unsettled and younger than the call gate's window
     */
    public boolean isSuspected() {
        return suspicions.get() > 0 && !isSuspicionOver();
    }

    private boolean isSuspicionOver() {
        return callGate.nowNanos() - suspectedAtNanos > callGate.config().windowNanos();
    }

    /**
     * Answers a permit of the connect gate. A connection that was established settles all suspicions in favour of the
     * endpoint; one that failed for want of health turns them into failures of the call gate.
     *
     * @param permit from {@code connectGate().tryAcquire()}, not null
     * @param outcome what happened, not null
     * @param durationNanos how long it took, in nanoseconds
     */
    public void finishConnect(Permit permit, FailureClass outcome, long durationNanos) {
        permit.finish(outcome, durationNanos);
        settle(outcome);
    }

    /**
     * Takes note of a connection that was opened without asking. While the connect gate is closed it counts as any other, and
     * while it is half-open as one of its probes; one that fails shuts a half-open gate also where all probes are under way.
     * Of an open gate, one that was established closes it, since only a server that is well again answers.
     *
     * @param outcome what happened, not null
     * @param durationNanos how long it took, in nanoseconds
     */
    public void recordConnect(FailureClass outcome, long durationNanos) {
        boolean isOpen = connectGate.state() == BreakerState.OPEN;
        Permit permit = isOpen ? null : connectGate.tryAcquire();
        if (permit != null) {
            permit.finish(outcome, durationNanos);
        } else {
            switch (outcome) {
                case CONNECT_FAILURE, CALL_FAILURE -> connectGate.recordFailure();
                case NEUTRAL, ROLE_CHANGE, SLOW -> {
                    if (isOpen) {
                        connectGate.reportHealthy();
                    }
                }
                case CALLER, CALL_FAILURE_IF_CONNECT_FAILS -> {}
            }
        }
        settle(outcome);
    }

    private void settle(FailureClass outcome) {
        if (suspicions.get() == 0) {
            return;
        }
        switch (outcome) {
            case CONNECT_FAILURE, CALL_FAILURE, CALL_FAILURE_IF_CONNECT_FAILS -> {
                boolean isOver = isSuspicionOver();
                int count = suspicions.getAndSet(0);
                for (int i = 0; i < count && !isOver; i++) {
                    callGate.recordFailure();
                }
            }
            case NEUTRAL, ROLE_CHANGE, SLOW -> suspicions.set(0);
            case CALLER -> {}
        }
    }

    /**
     * Answers a permit of the call gate.
     *
     * @param permit from {@code callGate().tryAcquire()}, not null
     * @param outcome what happened, not null
     * @param durationNanos how long it took, in nanoseconds
     */
    public void finishCall(Permit permit, FailureClass outcome, long durationNanos) {
        permit.finish(outcome, durationNanos);
        if (outcome == FailureClass.CALL_FAILURE_IF_CONNECT_FAILS) {
            suspect();
        }
    }

    private void suspect() {
        if (isSuspicionOver()) {
            suspicions.set(0);
        }
        suspectedAtNanos = callGate.nowNanos();
        // More than this many failures in a row make no difference.
        int enough = Math.max(1, callGate.config().consecutiveFailures());
        suspicions.getAndUpdate(count -> Math.min(enough, count + 1));
    }

    @Override
    public String toString() {
        return "EndpointGates[" + key + ", connect " + connectGate.state() + ", call " + callGate.state() + "]";
    }
}
