// SPDX-License-Identifier: Apache-2.0
/** WorkerSQL protocol. */
package com.workersql.protocol;
