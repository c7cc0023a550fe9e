// SPDX-License-Identifier: Apache-2.0
/**
 * Rows and parameters: readers that lie over a payload without copying it, and writers. Values are printed as the servers print
 * them in text rows, whatever form they came in.
 */
package com.workersql.protocol.value;
