// SPDX-License-Identifier: Apache-2.0
/** Uses the pool as a module. */
module consumer {
    requires com.workersql.pool;
}
