// SPDX-License-Identifier: Apache-2.0
/** WorkerSQL bench. */
package com.workersql.bench;
