// SPDX-License-Identifier: Apache-2.0
/** One port for every protocol: who speaks first, and by which byte, decides which door it is. */
package com.workersql.server.anyport;
