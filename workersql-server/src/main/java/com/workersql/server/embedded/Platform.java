// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

import java.util.Locale;

/** What differs from one operating system to the other. */
final class Platform {
    private Platform() {}

    static boolean isWindows() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows");
    }

    /** A database server refuses to run as root unless it is told so by name. */
    static boolean isRoot() {
        return !isWindows() && System.getProperty("user.name").equals("root");
    }
}
