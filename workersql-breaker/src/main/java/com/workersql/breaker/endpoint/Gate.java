// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.endpoint;

/** The two ways to an endpoint, each with a breaker of its own. */
public enum Gate {
    /** New connections. Shut, it leaves established connections at work. */
    CONNECT,
    /** Calls on established connections. */
    CALL
}
