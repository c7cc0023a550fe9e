// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import com.workersql.router.ServerFlavor;
import com.workersql.server.session.TrackingSettings;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a shard's server says it is.
 *
 * @param flavor its family
 * @param version its version as a number, for example 110405 for 11.4.5
 * @param versionText its version without what distributions add, for example {@code 11.4.5-MariaDB}
 * @param sqlMode its default {@code sql_mode}
 * @param maxConnections how many connections it allows; 0 when it does not tell
 * @param tracking what it tells of a session's changes by default
 * @param server by what it differs from other servers: its host, port and {@code server_id}
 */
public record ShardIdentity(
        ServerFlavor flavor,
        int version,
        String versionText,
        String sqlMode,
        int maxConnections,
        TrackingSettings tracking,
        String server) {
    private static final Pattern VERSION = Pattern.compile("(?:5\\.5\\.5-)?(\\d+)\\.(\\d+)\\.(\\d+)");

    /**
     * Reads a server's version text.
     *
     * @param text as in its greeting; MariaDB may put {@code 5.5.5-} in front
     * @param sqlMode its default {@code sql_mode}
     * @param maxConnections its {@code max_connections} as text
     * @param tracking its answer to {@link TrackingSettings#question}
     * @param server its host, port and {@code server_id}
     * @return the identity; version 0 when the text begins with no version
     */
    public static ShardIdentity parse(
            String text, String sqlMode, String maxConnections, String tracking, String server) {
        int allowed = maxConnections.matches("[0-9]{1,6}") ? Integer.parseInt(maxConnections) : 0;
        boolean mariaDb = text.contains("MariaDB");
        var flavor = mariaDb ? ServerFlavor.MARIADB : ServerFlavor.MYSQL;
        var told = TrackingSettings.parse(tracking);
        Matcher matcher = VERSION.matcher(text);
        if (!matcher.lookingAt()) {
            return new ShardIdentity(flavor, 0, text, sqlMode, allowed, told, server);
        }
        int version = Integer.parseInt(matcher.group(1)) * 10_000
                + Integer.parseInt(matcher.group(2)) * 100
                + Integer.parseInt(matcher.group(3));
        String plain = matcher.group(1) + "." + matcher.group(2) + "." + matcher.group(3);
        return new ShardIdentity(flavor, version, mariaDb ? plain + "-MariaDB" : plain, sqlMode, allowed, told, server);
    }
}
