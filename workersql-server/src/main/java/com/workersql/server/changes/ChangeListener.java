// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.server.error.GatewayError;

/** Hears what a subscription brings, on the event loop that it was made with. {@link #lost} and {@link #failed} are the last call. */
public interface ChangeListener {
    /**
     * From here on nothing is missed.
     *
     * @param point behind which the first change will be
     */
    void started(ResumePoint point);

    /**
     * A row has changed. Uses up one of the subscription's credit.
     *
     * @param event what happened
     * @param point behind this change
     */
    void changed(ChangeEvent event, ResumePoint point);

    /**
     * Nothing has changed here for a while, but the log has gone on; to go on behind an old position it has to be kept for longer.
     *
     * @param point behind everything that was told
     */
    void advanced(ResumePoint point);

    /**
     * Changes were or will be missed.
     *
     * @param loss why
     * @param point behind what was told, from which to subscribe again; null when the changes behind it are gone, so that the
     *     table has to be read anew
     */
    void lost(Loss loss, ResumePoint point);

    /**
     * The subscription did not come about.
     *
     * @param error why
     */
    void failed(GatewayError error);
}
