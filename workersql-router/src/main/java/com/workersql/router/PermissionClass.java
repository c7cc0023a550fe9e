// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

/** The permission that a statement asks of the gateway's user, from the weakest to the strongest. */
public enum PermissionClass {
    /** Reads rows or metadata, or touches only the session. */
    READ,
    /** May change rows. */
    WRITE,
    /** Changes definitions. */
    DDL,
    /** Touches the server, accounts or other sessions. */
    ADMIN
}
