// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

/** How a tenant's rows are kept apart from other tenants' rows. */
public enum Isolation {
    /** The tenant has shards of its own. */
    SHARD,
    /** The tenant has its own database, and an account on the shard that reaches only that. */
    SCHEMA,
    /** Tables are shared and have a tenant column. */
    ROW
}
