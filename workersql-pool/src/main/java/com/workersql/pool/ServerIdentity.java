// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.List;

/**
 * How a server described itself to a new connection.
 *
 * @param version the greeting's version text
 * @param collation the greeting's collation id, the low byte
 * @param settings the first row of the identity statement, as text
 */
record ServerIdentity(String version, int collation, List<String> settings) {}
