// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * A monotonic clock that throws an {@link Error} once, when a place in the gateway that a test names reads it: so a fault comes up in
 * the gateway's own code, on the thread and in the step where it would.
 */
final class FaultyClock implements LongSupplier {
    private static final StackWalker STACK = StackWalker.getInstance();

    /** What a place throws. */
    enum Fault {
        OUT_OF_MEMORY {
            @Override
            Error make() {
                return new OutOfMemoryError("a secret of the test");
            }
        },
        STACK_OVERFLOW {
            @Override
            Error make() {
                return new StackOverflowError("a secret of the test");
            }
        },
        ASSERTION {
            @Override
            Error make() {
                return new AssertionError("a secret of the test");
            }
        };

        abstract Error make();
    }

    private record Planted(String className, String method, Fault fault) {
        boolean isHere() {
            return STACK.walk(frames -> frames.anyMatch(frame ->
                    frame.getMethodName().equals(method) && frame.getClassName().endsWith("." + className)));
        }
    }

    private final AtomicReference<Planted> planted = new AtomicReference<>();

    /**
     * Plants a fault.
     *
     * @param place the simple name of a class and one of its methods, with a dot between them
     */
    void plant(String place, Fault fault) {
        int dot = place.lastIndexOf('.');
        planted.set(new Planted(place.substring(0, dot), place.substring(dot + 1), fault));
    }

    /** Takes back what nobody has come to. */
    void clear() {
        planted.set(null);
    }

    /** Whether the fault was thrown. */
    boolean isSpent() {
        return planted.get() == null;
    }

    @Override
    public long getAsLong() {
        var next = planted.get();
        if (next != null && next.isHere() && planted.compareAndSet(next, null)) {
            throw next.fault().make();
        }
        return System.nanoTime();
    }
}
