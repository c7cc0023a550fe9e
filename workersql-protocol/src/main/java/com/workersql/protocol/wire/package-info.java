/** Integers and strings of the protocol over Netty's {@code ByteBuf}: static methods, no state, no boxing. */
package com.workersql.protocol.wire;
