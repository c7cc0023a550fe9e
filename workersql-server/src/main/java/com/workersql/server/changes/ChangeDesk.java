// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.router.policy.RoutingPolicy;
import java.util.function.Supplier;

/**
 * What a door needs to let its clients subscribe.
 *
 * @param feed the changes
 * @param policy the routing policy in force
 */
public record ChangeDesk(ChangeFeed feed, Supplier<RoutingPolicy> policy) {
    /** {@return the desk of a gateway without a change feed} */
    public static ChangeDesk none() {
        return new ChangeDesk(new NoChanges(), () -> null);
    }
}
