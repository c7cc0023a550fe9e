// SPDX-License-Identifier: Apache-2.0
/** Uses the router as a module. */
module consumer {
    requires com.workersql.router;
}
