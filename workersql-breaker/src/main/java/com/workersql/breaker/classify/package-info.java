// SPDX-License-Identifier: Apache-2.0
/** What a failure says about an endpoint: a table over all error numbers and over all ways in which a connection fails. */
package com.workersql.breaker.classify;
