// SPDX-License-Identifier: Apache-2.0
/** Sessions that outlive a request: a signed token names one, and requests that carry it run in it one after another. */
package com.workersql.server.http.session;
