// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.users;

/** What a user's statements may do. */
public enum Permission {
    /** Statements that only read. */
    READ,
    /** Statements that change rows. */
    WRITE,
    /** Statements that change the schema. */
    DDL,
    /** Statements that look into or steer the gateway. */
    ADMIN
}
