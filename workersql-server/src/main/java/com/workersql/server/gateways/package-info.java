// SPDX-License-Identifier: Apache-2.0
/** What gateways before the same shards tell each other: which session is to end, and requests that are meant for another one. */
package com.workersql.server.gateways;
