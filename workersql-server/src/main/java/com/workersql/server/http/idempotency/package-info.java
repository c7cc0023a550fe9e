// SPDX-License-Identifier: Apache-2.0
/**
 * Writes that run once however often they are asked for: the key of a request and its answer are kept in a table of the tenant's
 * own database, in the same transaction as the write.
 */
package com.workersql.server.http.idempotency;
