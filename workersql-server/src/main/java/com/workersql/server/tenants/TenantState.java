// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.tenants;

/** How far adding or dropping a tenant has come. Only an active one has a home in the policy, and a user who may log in. */
enum TenantState {
    /** Its home is chosen; database and account are being made. */
    ADDING,
    /** All is made. */
    ACTIVE,
    /** Its account is being dropped, its data stays. */
    DROPPING,
    /** Its account and its data are being dropped. */
    DROPPING_DATA,
    /** Only its data is left. */
    DROPPED
}
