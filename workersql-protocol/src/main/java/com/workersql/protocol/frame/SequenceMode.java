// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

/** Which sequence id a {@link PacketDecoder} expects of the packet behind a complete payload. */
public enum SequenceMode {
    /** Zero: every payload is a command of its own. */
    RESTART,
    /** One more than the last: all payloads belong to one reply or one handshake. */
    CONTINUE,
    /** Any, also inside of a payload. */
    UNCHECKED
}
