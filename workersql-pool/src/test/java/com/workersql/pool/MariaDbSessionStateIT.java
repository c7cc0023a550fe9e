// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;

class MariaDbSessionStateIT extends SessionStateContract {
    @RegisterExtension
    static final SharedServer SERVER = new SharedServer();

    MariaDbSessionStateIT() {
        super(SERVER.key());
    }

    @Override
    Map<String, After> notReset(Reset reset) {
        if (reset == Reset.COM_CHANGE_USER) {
            return Map.of("role", After.KEPT, "FOUND_ROWS", After.KEPT, "COM_SET_OPTION", After.KEPT);
        }
        return Map.of(
                "schema", After.KEPT,
                "role", After.KEPT,
                "FOUND_ROWS", After.KEPT,
                "COM_SET_OPTION", After.KEPT);
    }

    @Override
    Map<String, String> reported() {
        return Map.of("SET ROLE pool_role", "state");
    }
}
