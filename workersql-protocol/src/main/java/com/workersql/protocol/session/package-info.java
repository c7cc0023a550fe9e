// SPDX-License-Identifier: Apache-2.0
/**
 * State machines of a connection that know what may come next, without any I/O: bytes are handed in, and what they mean is
 * handed out. Nothing here is shared between threads; an object belongs to its connection.
 */
package com.workersql.protocol.session;
