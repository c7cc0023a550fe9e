// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import java.util.ArrayList;
import java.util.List;

/** What was told in another way than it should have been. Safe for use by several threads. */
final class Differences {
    private static final int ENOUGH = 20;

    private final List<String> found = new ArrayList<>();

    synchronized void add(String difference) {
        found.add(difference);
        if (found.size() == ENOUGH) {
            assertNone();
        }
    }

    synchronized int count() {
        return found.size();
    }

    synchronized void assertNone() {
        if (!found.isEmpty()) {
            throw new IllegalStateException(found.size() + " differences:\n" + String.join("\n----\n", found));
        }
    }
}
