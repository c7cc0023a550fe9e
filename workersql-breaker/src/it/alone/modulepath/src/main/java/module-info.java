// SPDX-License-Identifier: Apache-2.0
/** Uses the breaker as a module. */
module consumer {
    requires com.workersql.breaker;
}
