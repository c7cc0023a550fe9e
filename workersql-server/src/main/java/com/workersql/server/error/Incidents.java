// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.error;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Faults of the gateway itself: what happened stands in its log, and the client gets the id under which it stands there. */
public final class Incidents {
    private static final Logger LOG = LoggerFactory.getLogger(Incidents.class);

    private Incidents() {}

    /**
     * Logs a fault under a new id.
     *
     * @param what it befell, for the log
     * @param cause the fault; nothing of it is told to the client
     * @return the error that names the id; what became of the statement is not known
     */
    public static GatewayError log(String what, Throwable cause) {
        String id = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
        try {
            LOG.error("Incident {}: {}", id, what, cause);
        } catch (RuntimeException | Error e) {
            // Without memory for a line of the log the client has to be told all the same.
        }
        return GatewayError.internal(id);
    }
}
