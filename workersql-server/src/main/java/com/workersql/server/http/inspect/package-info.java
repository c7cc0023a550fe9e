// SPDX-License-Identifier: Apache-2.0
/** Paths that look and run nothing of the client's: routes, schemas, running statements, the description of the API. */
package com.workersql.server.http.inspect;
