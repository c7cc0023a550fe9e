// SPDX-License-Identifier: Apache-2.0
/** WorkerSQL pool. */
package com.workersql.pool;
