// SPDX-License-Identifier: Apache-2.0
/** WorkerSQL router. */
package com.workersql.router;
