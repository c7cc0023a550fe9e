// SPDX-License-Identifier: Apache-2.0
/** May a call be made again? A budget that keeps retries a small share of all calls, so that they cannot become a storm. */
package com.workersql.breaker.retry;
