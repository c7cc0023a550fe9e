// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.router.PermissionClass;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.Principal;
import com.workersql.server.session.SqlModes;
import java.util.EnumSet;

/** Sessions without a client or an event loop. */
final class Sessions {
    private Sessions() {}

    static ClientSession ofAcme() {
        return of("acme");
    }

    /**
     * @param tenant null for a session of none
     */
    static ClientSession of(String tenant) {
        return new ClientSession(
                1,
                null,
                new Principal(tenant == null ? "ops" : tenant, tenant, tenant, EnumSet.allOf(PermissionClass.class)),
                CapabilityFlags.NONE,
                45,
                "127.0.0.1",
                null,
                SqlModes.DEFAULT,
                10);
    }
}
