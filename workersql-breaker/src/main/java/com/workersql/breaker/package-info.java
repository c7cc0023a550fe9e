// SPDX-License-Identifier: Apache-2.0
/** WorkerSQL breaker. */
package com.workersql.breaker;
