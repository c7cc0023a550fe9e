// SPDX-License-Identifier: Apache-2.0
/** What other gateways ask of this one over HTTP, and requests that this one passes on to them. */
package com.workersql.server.http.peers;
