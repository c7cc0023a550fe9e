// SPDX-License-Identifier: Apache-2.0
/** WorkerSQL server. */
package com.workersql.server;
