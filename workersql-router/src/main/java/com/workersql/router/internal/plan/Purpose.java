// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

/** What a caller wants of a plan. */
public enum Purpose {
    /** To run the statement. */
    EXECUTE,
    /** To prepare it; its values come later. */
    PREPARE
}
