// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Tells an audience what a reader reads: the same at the log's end and on the way there. Confined to the shard's event loop.
 */
abstract class Telling implements LogReader.Follower {
    private final Publisher publisher;
    private final Audience audience = new Audience();
    private ZoneId zone = ZoneOffset.UTC;

    Telling(Publisher publisher) {
        this.publisher = publisher;
    }

    final Audience audience() {
        return audience;
    }

    /** All that was read has been told: whoever waits for that may go on. */
    abstract void told();

    @Override
    public final void following(LogSettings found, LogPosition position) {
        zone = found.zone();
        audience.foldNames(found.foldsNames());
        told();
    }

    @Override
    public void committed(LoggedTransaction transaction, LogPosition before, LogPosition after) {
        publisher.publish(transaction, before, after, zone, audience);
        told();
    }

    @Override
    public final void idle() {
        told();
    }
}
