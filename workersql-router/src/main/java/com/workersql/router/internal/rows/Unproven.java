// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rows;

/** Why a statement cannot be kept to a tenant's rows; thrown within this package only. */
final class Unproven extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean denied;

    private Unproven(String what, boolean denied) {
        super(what, null, false, false);
        this.denied = denied;
    }

    static Unproven of(String what) {
        return new Unproven(what, false);
    }

    static Unproven denied(String table) {
        return new Unproven(table, true);
    }

    /** {@return whether it would write another tenant's row; the message is then the table} */
    boolean isDenied() {
        return denied;
    }
}
