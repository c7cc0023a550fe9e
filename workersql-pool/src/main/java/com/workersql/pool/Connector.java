// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/**
 * What the pool's core asks of the side that does I/O. Every method returns at once and answers later, on the entry's event loop,
 * through the core's methods named here; it may answer before it returns.
 *
 * @param <C> the connection
 */
interface Connector<C> {
    /** Opens a connection; answers by {@link EndpointCore#opened} or {@link EndpointCore#openFailed}. */
    void open(Entry<C> entry);

    /** Asks whether a connection is alive; answers by {@link EndpointCore#validated}. */
    void validate(Entry<C> entry);

    /** Closes a connection; answers by {@link EndpointCore#closed}. */
    void close(Entry<C> entry, CloseReason reason);
}
