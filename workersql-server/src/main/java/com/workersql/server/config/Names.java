// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names of shards, tenants and users. One validator for every way in: a name that is safe as a file, a schema, a label and
 * a word of a log line stays safe wherever it goes.
 */
public final class Names {
    /** The longest name of a shard or a user. */
    public static final int MAX = 64;

    /** The longest name of a tenant: its account on the shard has the same name, and MySQL allows 32 characters there. */
    public static final int MAX_TENANT = 32;

    private static final Set<String> RESERVED =
            Set.of("mysql", "sys", "information_schema", "performance_schema", "root");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.@-]*");

    private Names() {}

    /** What is wrong with a name, or null when nothing is. */
    public static String fault(String name, int maxLength) {
        if (name.length() > maxLength) {
            return "is a name of " + name.length() + " characters; allowed are " + maxLength;
        }
        if (!NAME.matcher(name).matches()) {
            return "is not a name; allowed are letters, digits and _ . @ - and the first is a letter, a digit or _";
        }
        return null;
    }

    /** What is wrong with the name of a tenant that is to get a database and an account, or null when nothing is. */
    public static String tenantFault(String name) {
        var fault = fault(name, MAX_TENANT);
        boolean reserved = RESERVED.contains(name.toLowerCase(Locale.ROOT)) || name.startsWith("workersql_");
        return fault == null && reserved ? "has a name that the servers use themselves" : fault;
    }

    /**
     * Checks a name.
     *
     * @param what what the name is for, for the message
     * @return the name
     * @throws IllegalArgumentException when it is not one
     */
    public static String check(String what, String name, int maxLength) {
        var fault = fault(name, maxLength);
        if (fault != null) {
            throw new IllegalArgumentException(what + " '" + name + "' " + fault);
        }
        return name;
    }
}
