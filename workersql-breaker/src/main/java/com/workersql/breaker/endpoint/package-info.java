// SPDX-License-Identifier: Apache-2.0
/** Breakers for database endpoints: two gates for each endpoint and role, kept in a registry. */
package com.workersql.breaker.endpoint;
