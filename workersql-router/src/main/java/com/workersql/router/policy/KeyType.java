// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.Locale;

/** The declared type of a shard key's column. */
public enum KeyType {
    /** A signed integer of any width. */
    INT,
    /** An unsigned integer of any width. */
    UINT,
    /** An exact decimal. */
    DECIMAL,
    /** Text. */
    STRING,
    /** Bytes. */
    BINARY,
    /** A date without time. */
    DATE,
    /** A UUID in its text form. */
    UUID;

    /** {@return the name as policies write it} */
    public String policyName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
