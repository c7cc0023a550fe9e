// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The HTTP ways of two tenants to one gateway, for as long as the tests of one class run. */
abstract class TwoTenants {
    static Fleet fleet;
    static Http acme;
    static Http globex;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start();
        acme = new Http(fleet, "acme");
        globex = new Http(fleet, "globex");
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }
}
