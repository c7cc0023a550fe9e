// SPDX-License-Identifier: Apache-2.0
/** The two paths that {@code @planetscale/database} calls, so that it works with this gateway unmodified. */
package com.workersql.server.http.planetscale;
