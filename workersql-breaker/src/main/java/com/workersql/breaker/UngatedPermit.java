// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/** For calls that the mode lets through although the state would not: their outcomes decide nothing. */
enum UngatedPermit implements Permit {
    INSTANCE;

    @Override
    public void succeeded(long durationNanos) {}

    @Override
    public void failed(long durationNanos) {}

    @Override
    public void timedOut() {}

    @Override
    public void released() {}

    @Override
    public boolean isProbe() {
        return false;
    }
}
