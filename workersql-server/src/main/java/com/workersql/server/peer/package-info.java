// SPDX-License-Identifier: Apache-2.0
/** Who a client is whose connection comes through a proxy. */
package com.workersql.server.peer;
