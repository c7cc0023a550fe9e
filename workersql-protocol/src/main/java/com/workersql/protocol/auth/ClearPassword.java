// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

/**
 * {@code mysql_clear_password}: the password and a NUL, as they are. For passwords that something else checks: LDAP, PAM. Both
 * sides do this over TLS only. Source: dev.mysql.com "Clear text client plugin".
 */
public final class ClearPassword {
    /** The plugin's name. */
    public static final String PLUGIN = "mysql_clear_password";

    private ClearPassword() {}
}
