// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where a subscriber is in the logs of all its shards. Immutable. */
public final class ResumePoint {
    private final PositionSeal seal;
    private final String scope;
    private final Map<String, Part> parts;

    /**
     * Where a subscriber is in the log of one shard.
     *
     * @param position whole transactions
     * @param begun the transaction behind the position of which a part was told; null for none
     * @param told how many of its changes
     */
    record Part(LogPosition position, TransactionId begun, int told) {
        static Part behind(LogPosition position) {
            return new Part(position, null, 0);
        }
    }

    ResumePoint(PositionSeal seal, String scope, Map<String, Part> parts) {
        this.seal = seal;
        this.scope = scope;
        this.parts = Collections.unmodifiableMap(new LinkedHashMap<>(parts));
    }

    Map<String, Part> parts() {
        return parts;
    }

    /** {@return the text from which a later subscription to the same interest can go on; means nothing to its holder} */
    public String token() {
        return seal.seal(scope, parts);
    }
}
