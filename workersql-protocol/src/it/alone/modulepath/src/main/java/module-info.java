// SPDX-License-Identifier: Apache-2.0
/** Uses the protocol as a module. */
module consumer {
    requires com.workersql.protocol;
}
