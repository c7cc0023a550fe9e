// SPDX-License-Identifier: Apache-2.0
/** A breaker as a policy of Failsafe, to be composed with its {@code RetryPolicy}, {@code Timeout} and {@code Fallback}. */
package com.workersql.breaker.failsafe;
